/** A body of any size that both ends can compute; all of its pieces differ. */
import { createCipheriv, createHash } from 'node:crypto';

const PIECE_BYTES = 64 * 1024;
const noise = createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16)).update(
  Buffer.alloc(PIECE_BYTES),
);

/**
 * @param {number} total bytes
 * @returns {Generator<Buffer, void>}
 */
export function* pieces(total) {
  for (let at = 0; at < total; at += PIECE_BYTES) {
    const piece = Buffer.from(noise.subarray(0, Math.min(PIECE_BYTES, total - at)));
    piece.writeUInt32LE(at / PIECE_BYTES);
    yield piece;
  }
}

/**
 * Writes a body as fast as the reader accepts it.
 *
 * @param {import('node:http').OutgoingMessage} message
 * @param {number} total bytes
 */
export function write(message, total) {
  const body = pieces(total);
  const on = () => {
    for (;;) {
      const { done, value } = body.next();
      if (done) return message.end();
      if (!message.write(value)) return message.once('drain', on);
    }
  };
  on();
}

/** Bytes between two pauses of a reader, and the length of a pause in milliseconds: long enough to fill all buffers. */
const STRETCH_BYTES = 32 * 2 ** 20;
const PAUSE_MS = 150;

/**
 * Reads a body, and pauses now and then.
 *
 * @param {import('node:http').IncomingMessage} message
 * @returns {Promise<{ bytes: number, sha256: string }>}
 */
export async function readWithPauses(message) {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const part of message) {
    const before = bytes;
    bytes += part.length;
    hash.update(part);
    if (Math.floor(before / STRETCH_BYTES) === Math.floor(bytes / STRETCH_BYTES)) continue;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  return { bytes, sha256: hash.digest('hex') };
}

/**
 * @param {number} total bytes
 * @returns {{ bytes: number, sha256: string }}
 */
export function whole(total) {
  const hash = createHash('sha256');
  for (const piece of pieces(total)) hash.update(piece);
  return { bytes: total, sha256: hash.digest('hex') };
}
