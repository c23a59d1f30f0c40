import { randomUUID } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { link, lstat, open, readdir, realpath, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { StoreError } from '../error.ts';
import { errorCode, stampAt, stampOf } from './stamp.ts';
import type { Stamp } from './stamp.ts';
import type { Snapshot } from './read.ts';

/** A temporary file of ours this much older than a fresh one was left by a process that died. */
const staleMs = 60_000;

/**
 * Puts `text` in the place of the file at `path`, wholly or not at all, and durably: a temporary
 * file beside it, fsync, rename over it, fsync of the folder. A symlink stays one: the file that it leads
 * to is replaced, the one that `base` was read from and no other.
 *
 * @param base the state the new text was made from; its mode and owner are kept
 * @returns the stamp of the new file, or `null` when `path` is no longer in the state `base`, or was led
 *   elsewhere meanwhile: then the edit has to be made again from what is there now
 * @throws StoreError when the folder is missing or cannot be written to
 */
export async function replaceFile(
  path: string,
  where: string,
  text: string,
  base: Snapshot,
): Promise<Stamp | null> {
  try {
    return await replace(path, base.target ?? (await newFile(path, where)), text, base);
  } catch (error) {
    if (error instanceof StoreError) throw error;
    const code = errorCode(error);
    throw new StoreError(
      {
        where,
        expected: code === 'ENOENT' ? 'a folder to write it in' : 'a folder that can be written to',
        found: code === 'ENOENT' ? 'no such folder' : code,
        remedy: code === 'ENOENT' ? 'create the folder' : 'check the permissions and free space',
      },
      error,
    );
  }
}

async function replace(
  path: string,
  target: string,
  text: string,
  base: Snapshot,
): Promise<Stamp | null> {
  const folder = dirname(target);
  const temporary = join(folder, `.${basename(target)}.${randomUUID()}.tmp`);
  try {
    const written = await writeNew(temporary, text, base);
    await removeStale(folder, basename(target), Number(written.mtimeMs));
    if ((await stampAt(target)) !== base.stamp || !(await put(temporary, target, base))) {
      await unlink(temporary);
      return null;
    }
    await syncFolder(folder);
    // Nobody would see this write, and nobody can tell whether it was before that.
    if (!(await leadsTo(path, target))) return null;
    // Someone may have written since; their write must still count as a change from outside.
    // (A rename sets ctime, so only the rest can be compared.)
    const now = await stat(target, { bigint: true }).catch(() => null);
    const ours = now !== null && now.ino === written.ino && now.mtimeNs === written.mtimeNs;
    return ours && now.size === written.size ? stampOf(now) : stampOf(written);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
}

/** Writes a file with the mode and owner of another, to the disk. */
async function writeNew(
  path: string,
  text: string,
  { mode, uid, gid }: Snapshot,
): Promise<BigIntStats> {
  // Created for the owner only, opened up afterwards, so that the umask has no say.
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.chmod(mode);
    const made = await file.stat({ bigint: true });
    if (uid >= 0 && (made.uid !== BigInt(uid) || made.gid !== BigInt(gid))) {
      // Only root can give a file away; for others the new file being theirs is all there is.
      await file.chown(uid, gid).catch(() => undefined);
    }
    await file.sync();
    return await file.stat({ bigint: true });
  } finally {
    await file.close();
  }
}

/** File systems without hard links say so in one of these ways. */
const NO_LINKS: ReadonlySet<string> = new Set([
  'EPERM',
  'ENOSYS',
  'ENOTSUP',
  'EOPNOTSUPP',
  'EMLINK',
]);

/** Gives a file its name; `false` when somebody else has taken a name that was free. */
async function put(temporary: string, target: string, base: Snapshot): Promise<boolean> {
  if (base.target === null) {
    try {
      // A rename would replace whatever has appeared there, unread.
      await link(temporary, target);
      await unlink(temporary).catch(() => undefined);
      return true;
    } catch (error) {
      const code = errorCode(error);
      if (code === 'EEXIST') return false;
      if (!NO_LINKS.has(code)) throw error;
    }
  }
  await rename(temporary, target);
  return true;
}

/** False once a symlink in `path` was led to another file. */
async function leadsTo(path: string, target: string): Promise<boolean> {
  const [now, before] = await Promise.all(
    [path, target].map((one) => realpath(one).catch(() => null)),
  );
  return now === before;
}

/** Where there is no file yet: `path` itself, unless a symlink stands there that leads nowhere. */
async function newFile(path: string, where: string): Promise<string> {
  const about = await lstat(path).catch(() => null);
  if (about === null || !about.isSymbolicLink()) return path;
  throw new StoreError({
    where,
    expected: 'a file or nothing',
    found: 'a symbolic link that leads nowhere',
    remedy: 'create the file it should lead to',
  });
}

/**
 * Removes what killed processes left behind. Ages are measured against the file just written, not
 * against this machine's clock, which a file server need not share.
 */
async function removeStale(folder: string, name: string, nowMs: number): Promise<void> {
  const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
  const prefix = `.${name}.`;
  const suffix = '.tmp';
  for (const entry of await readdir(folder).catch(() => [])) {
    if (!entry.startsWith(prefix) || !entry.endsWith(suffix)) continue;
    if (!uuid.test(entry.slice(prefix.length, -suffix.length))) continue;
    const left = join(folder, entry);
    const about = await lstat(left).catch(() => null);
    if (about === null || !about.isFile() || nowMs - about.mtimeMs < staleMs) continue;
    await unlink(left).catch(() => undefined);
  }
}

/** Makes the rename itself durable. Windows and some file systems cannot open or sync a folder. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => null);
  if (handle === null) return;
  await handle.sync().catch(() => undefined);
  await handle.close().catch(() => undefined);
}
