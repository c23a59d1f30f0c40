import { open, realpath, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { StoreError, type StorePlace } from '../error.ts';
import { NOT_PERMITTED, notPermitted, placeOf } from './place.ts';
import { errorCode, MISSING, stampOf } from './stamp.ts';
import type { Stamp } from './stamp.ts';

/** One consistent state of the file. */
export interface Snapshot {
  /**
   * Path of the file with all symlinks resolved; `null` when there is no file. A symlink may be changed at any
   * time, so an edit of this text must replace this file and no other.
   */
  readonly target: string | null;
  /** `null` when there is no file. */
  readonly text: string | null;
  readonly stamp: Stamp;
  /**
   * Whether the file was written so shortly before it was read that a later write may have the same times
   * (clocks of file systems tick every 1 to 10 ms). Then an equal stamp does not prove that the file is
   * unchanged. git calls such an index entry racy.
   */
  readonly racy: boolean;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

const MAX_ATTEMPTS = 10;
const RETRY_PAUSE_MS = 20;
/** A file is racy when it is read within this time after it was written. */
const RACY_MS = 100n;

/**
 * Reads a file that others may be writing to. A read counts only if the file's stamp is the same before and after.
 * @param maxBytes larger files are refused without reading them
 * @throws StoreError when the file cannot be read, is too large, is not UTF-8 or keeps changing
 */
export async function readSnapshot(path: string, maxBytes: number): Promise<Snapshot> {
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    const snapshot = await readOnce(path, maxBytes);
    if (snapshot !== null) return snapshot;
    await sleep(RETRY_PAUSE_MS);
  }
  throw new StoreError({
    ...placeOf(path),
    expected: 'a file at rest',
    found: 'one that kept changing while it was read',
    remedy: 'write a new file and rename it over the old one',
  });
}

/** Reads the file; `null` when it changed while it was read. */
async function readOnce(path: string, maxBytes: number): Promise<Snapshot | null> {
  const place = placeOf(path);
  let target: string | null = null;
  try {
    target = await realpath(path);
    // Check the type before open(), which would block on a named pipe without a writer.
    const stats = await stat(target);
    if (!stats.isFile()) throw notAFile(place);
    const file = await open(target, 'r');
    try {
      const before = await file.stat({ bigint: true });
      if (before.size > BigInt(maxBytes)) throw tooLarge(place, before.size, maxBytes);
      const bytes = await readExactly(file, Number(before.size));
      const after = await file.stat({ bigint: true });
      if (bytes === null || stampOf(before) !== stampOf(after)) return null;
      return {
        target,
        text: decode(bytes, place),
        stamp: stampOf(after),
        racy: BigInt(Date.now()) - after.mtimeNs / 1_000_000n < RACY_MS,
        mode: Number(after.mode) & 0o777,
        uid: Number(after.uid),
        gid: Number(after.gid),
      };
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof StoreError) throw error;
    const code = errorCode(error);
    if (code === 'ENOENT') {
      // The file vanished after its path was resolved: a symlink was switched and its old target removed.
      if (target !== null) return null;
      return { target, text: null, stamp: MISSING, racy: false, mode: 0o600, uid: -1, gid: -1 };
    }
    if (code === NOT_PERMITTED)
      throw new StoreError(notPermitted(path, target ?? path, 'read'), error);
    throw new StoreError(
      {
        ...place,
        expected: 'a readable file',
        found: code,
        remedy: 'check its permissions and those of its folder',
      },
      error,
    );
  }
}

/** Reads `size` bytes; `null` when the file is shorter or longer. */
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

function decode(bytes: Uint8Array, place: StorePlace): string {
  try {
    // Fatal: otherwise the next update would write replacement characters into the file.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new StoreError(
      { ...place, expected: 'UTF-8 text', found: 'other bytes', remedy: 'save it as UTF-8' },
      error,
    );
  }
}

function notAFile(place: StorePlace): StoreError {
  return new StoreError({
    ...place,
    expected: 'a regular file',
    found: 'a folder, pipe or device',
    remedy: 'name a file that can be read again',
  });
}

function tooLarge(place: StorePlace, size: bigint, maxBytes: number): StoreError {
  return new StoreError({
    ...place,
    expected: `at most ${maxBytes} bytes`,
    found: `${size} bytes`,
    remedy: 'check that it is the routes document',
  });
}
