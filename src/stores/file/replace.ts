import { randomUUID } from 'node:crypto';
import { lstat, open, readdir, realpath, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { StoreError } from '../error.ts';
import { errorCode, stampAt, stampOf } from './stamp.ts';
import type { Stamp } from './stamp.ts';
import type { Snapshot } from './read.ts';

/** A temporary file of ours this much older than a fresh one was left by a process that died. */
const staleMs = 60_000;

/**
 * Puts `text` in the place of the file at `path`, wholly or not at all, and durably: a temporary
 * file beside it, fsync, rename over it, fsync of the folder.
 *
 * @param base the state the new text was made from; its mode and owner are kept
 * @returns the stamp of the new file, or `null` when the file is no longer in the state `base`:
 *   then nothing was written, and the edit has to be made again from what is there now
 * @throws StoreError when the folder is missing or cannot be written to
 */
export async function replaceFile(
  path: string,
  where: string,
  text: string,
  base: Snapshot,
): Promise<Stamp | null> {
  try {
    return await replace(path, where, text, base);
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
  where: string,
  text: string,
  base: Snapshot,
): Promise<Stamp | null> {
  const target = await targetOf(path, where);
  const folder = dirname(target);
  const temporary = join(folder, `.${basename(target)}.${randomUUID()}.tmp`);
  // Created for the owner only, opened up afterwards, so that the umask has no say.
  const file = await open(temporary, 'wx', 0o600);
  try {
    let written;
    try {
      await file.writeFile(text);
      await file.chmod(base.mode);
      const made = await file.stat({ bigint: true });
      if (base.uid >= 0 && (made.uid !== BigInt(base.uid) || made.gid !== BigInt(base.gid))) {
        // Only root can give a file away; for others the new file being theirs is all there is.
        await file.chown(base.uid, base.gid).catch(() => undefined);
      }
      await file.sync();
      written = await file.stat({ bigint: true });
    } finally {
      await file.close();
    }
    await removeStale(folder, basename(target), Number(written.mtimeMs));
    if ((await stampAt(path)) !== base.stamp) {
      await unlink(temporary);
      return null;
    }
    await rename(temporary, target);
    await syncFolder(folder);
    // Someone may have written since; their write must still count as a change from outside.
    // (A rename sets ctime, so only the rest can be compared.)
    const now = await stat(path, { bigint: true }).catch(() => null);
    const ours = now !== null && now.ino === written.ino && now.mtimeNs === written.mtimeNs;
    return ours && now.size === written.size ? stampOf(now) : stampOf(written);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
}

/** The file itself: renaming over a symlink would put a plain file in the symlink's place. */
async function targetOf(path: string, where: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    const link = await lstat(path).catch(() => null);
    if (link === null) return path;
    throw new StoreError(
      {
        where,
        expected: 'a file or nothing',
        found: 'a symbolic link that leads nowhere',
        remedy: 'create the file it should lead to',
      },
      error,
    );
  }
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
