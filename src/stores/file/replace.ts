import { randomUUID } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { link, lstat, open, readdir, realpath, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { StoreError } from '../error.ts';
import { NOT_PERMITTED, notPermitted, placeOf } from './place.ts';
import { errorCode, stampAt, stampOf } from './stamp.ts';
import type { Stamp } from './stamp.ts';
import type { Snapshot } from './read.ts';

/** Temporary files of ours that are older than this were left behind by a killed process. */
const STALE_MS = 60_000;

/**
 * Replaces the file at `path` atomically and durably: writes a temporary file beside it, fsyncs it, renames it
 * over the file and fsyncs the folder. A symlink at `path` stays: its target is replaced, and only if it is still
 * the file that `base` was read from.
 *
 * @param base the state that the new text is based on; its mode and owner are kept
 * @returns the stamp of the new file, or `null` when the file or a symlink on the way changed since `base`: then
 *   the caller must edit the current state again
 * @throws StoreError when the folder is missing or not writable
 */
export async function replaceFile(
  path: string,
  text: string,
  base: Snapshot,
): Promise<Stamp | null> {
  const target = base.target ?? (await newFile(path));
  try {
    return await replace(path, target, text, base);
  } catch (error) {
    const code = errorCode(error);
    if (code === NOT_PERMITTED) throw new StoreError(notPermitted(path, target, 'write'), error);
    throw new StoreError(
      {
        ...placeOf(path),
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
    if ((await stampAt(target)) !== base.stamp || !(await moveTo(temporary, target, base))) {
      await unlink(temporary);
      return null;
    }
    await syncFolder(folder);
    // If `path` now leads to another file, readers do not see this write: report a conflict.
    if (!(await leadsTo(path, target))) return null;
    // If someone else has written since, return our own stamp, so that their write is noticed as a change.
    // ctime is not compared, because the rename has changed it.
    const now = await stat(target, { bigint: true }).catch(() => null);
    const ours = now !== null && now.ino === written.ino && now.mtimeNs === written.mtimeNs;
    return ours && now.size === written.size ? stampOf(now) : stampOf(written);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
}

/** Writes a new file with the mode and owner of the snapshot, and fsyncs it. */
async function writeNew(
  path: string,
  text: string,
  { mode, uid, gid }: Snapshot,
): Promise<BigIntStats> {
  // Created readable for the owner only, then chmod: chmod does not depend on the umask.
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.chmod(mode);
    const created = await file.stat({ bigint: true });
    if (uid >= 0 && (created.uid !== BigInt(uid) || created.gid !== BigInt(gid))) {
      // Only root can change the owner; for other users the new file stays theirs.
      await file.chown(uid, gid).catch(() => undefined);
    }
    await file.sync();
    return await file.stat({ bigint: true });
  } finally {
    await file.close();
  }
}

/** Error codes of file systems that do not support hard links. */
const NO_LINKS: ReadonlySet<string> = new Set([
  'EPERM',
  'ENOSYS',
  'ENOTSUP',
  'EOPNOTSUPP',
  'EMLINK',
]);

/** Moves the temporary file to `target`. Returns false when `target` did not exist before and does now. */
async function moveTo(temporary: string, target: string, base: Snapshot): Promise<boolean> {
  if (base.target === null) {
    try {
      // link() fails if a file has appeared at `target`; rename() would overwrite it unread.
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

/** Whether `path`, with symlinks resolved, is still the file `target`. */
async function leadsTo(path: string, target: string): Promise<boolean> {
  const [now, before] = await Promise.all(
    [path, target].map((each) => realpath(each).catch(() => null)),
  );
  return now === before;
}

/** The path for a new file: `path` itself. @throws StoreError when `path` is a dangling symlink */
async function newFile(path: string): Promise<string> {
  const stats = await lstat(path).catch(() => null);
  if (stats === null || !stats.isSymbolicLink()) return path;
  throw new StoreError({
    ...placeOf(path),
    expected: 'a file or nothing',
    found: 'a symbolic link that leads nowhere',
    remedy: 'create the file it should lead to',
  });
}

/**
 * Removes temporary files that killed processes left behind. Their age is measured against the file just written
 * (`nowMs`), not against this machine's clock, because a file server's clock may differ.
 */
async function removeStale(folder: string, name: string, nowMs: number): Promise<void> {
  const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
  const prefix = `.${name}.`;
  const suffix = '.tmp';
  for (const entry of await readdir(folder).catch(() => [])) {
    if (!entry.startsWith(prefix) || !entry.endsWith(suffix)) continue;
    if (!uuid.test(entry.slice(prefix.length, -suffix.length))) continue;
    const left = join(folder, entry);
    const stats = await lstat(left).catch(() => null);
    if (stats === null || !stats.isFile() || nowMs - stats.mtimeMs < STALE_MS) continue;
    await unlink(left).catch(() => undefined);
  }
}

/** Makes the rename durable. Errors are ignored: Windows and some file systems cannot open or sync a folder. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => null);
  if (handle === null) return;
  await handle.sync().catch(() => undefined);
  await handle.close().catch(() => undefined);
}
