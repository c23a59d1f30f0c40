import { open, realpath, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { StoreError } from '../error.ts';
import { errorCode, missing, stampOf } from './stamp.ts';
import type { Stamp } from './stamp.ts';

/** One consistent state of the file. `text` is null when there is no file. */
export interface Snapshot {
  /**
   * The file itself, with no symlink in its path, `null` when there is none. A link may be led elsewhere
   * at any time: what was read from here can only be replaced here.
   */
  readonly target: string | null;
  readonly text: string | null;
  readonly stamp: Stamp;
  /**
   * The file was written so shortly before it was read that a second write may bear the same
   * times (clocks of file systems tick every 1 to 10 ms): its stamp alone does not prove that
   * nothing changed since. git calls such an entry racy.
   */
  readonly racy: boolean;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

const attempts = 10;
const pauseMs = 20;
const racyMs = 100n;

/**
 * Reads a whole file that others may be writing to: what was read counts only if the file's stamp
 * is the same before and after.
 * @param maxBytes a larger file is refused unread
 * @throws StoreError when it cannot be read, is too large, is not UTF-8 or does not come to rest
 */
export async function readSnapshot(
  path: string,
  where: string,
  maxBytes: number,
): Promise<Snapshot> {
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const snapshot = await readOnce(path, where, maxBytes);
    if (snapshot !== null) return snapshot;
    await sleep(pauseMs);
  }
  throw new StoreError({
    where,
    expected: 'a file at rest',
    found: 'one that kept changing while it was read',
    remedy: 'write a new file and rename it over the old one',
  });
}

async function readOnce(path: string, where: string, maxBytes: number): Promise<Snapshot | null> {
  let target: string | null = null;
  try {
    target = await realpath(path);
    // Before open(), which would wait for the writer of a named pipe.
    const about = await stat(target);
    if (!about.isFile()) throw notAFile(where);
    const file = await open(target, 'r');
    try {
      const before = await file.stat({ bigint: true });
      if (before.size > BigInt(maxBytes)) throw tooLarge(where, before.size, maxBytes);
      const bytes = await readExactly(file, Number(before.size));
      const after = await file.stat({ bigint: true });
      if (bytes === null || stampOf(before) !== stampOf(after)) return null;
      return {
        target,
        text: decode(bytes, where),
        stamp: stampOf(after),
        racy: BigInt(Date.now()) - after.mtimeNs / 1_000_000n < racyMs,
        mode: Number(after.mode) & 0o777,
        uid: Number(after.uid),
        gid: Number(after.gid),
      };
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof StoreError) throw error;
    if (errorCode(error) === 'ENOENT') {
      // Gone since it was found: a link that is led elsewhere, and its old target is removed.
      if (target !== null) return null;
      return { target, text: null, stamp: missing, racy: false, mode: 0o600, uid: -1, gid: -1 };
    }
    throw new StoreError(
      {
        where,
        expected: 'a readable file',
        found: errorCode(error),
        remedy: 'check its permissions and those of its folder',
      },
      error,
    );
  }
}

/** `null` when the file turned out to be shorter or longer than `size`. */
async function readExactly(
  file: Awaited<ReturnType<typeof open>>,
  size: number,
): Promise<Uint8Array | null> {
  const bytes = new Uint8Array(size + 1);
  let filled = 0;
  while (filled < bytes.length) {
    const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled === size ? bytes.subarray(0, size) : null;
}

function decode(bytes: Uint8Array, where: string): string {
  try {
    // Fatal, because replacement characters would be written back by the next update.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new StoreError(
      { where, expected: 'UTF-8 text', found: 'other bytes', remedy: 'save it as UTF-8' },
      error,
    );
  }
}

function notAFile(where: string): StoreError {
  return new StoreError({
    where,
    expected: 'a regular file',
    found: 'a folder, pipe or device',
    remedy: 'name a file that can be read again',
  });
}

function tooLarge(where: string, size: bigint, maxBytes: number): StoreError {
  return new StoreError({
    where,
    expected: `at most ${maxBytes} bytes`,
    found: `${size} bytes`,
    remedy: 'check that it is the routes document',
  });
}
