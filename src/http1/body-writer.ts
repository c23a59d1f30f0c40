import type { Socket } from 'node:net';
import type { HeaderList } from '../http/fields.ts';
import { fieldLines } from './fields.ts';

/** The end of a chunked body: the chunk of size 0 and the trailers (RFC 9112 section 7.1.2). */
export function lastChunk(trailers: HeaderList | null | undefined): string {
  return trailers ? `0\r\n${fieldLines(trailers)}\r\n` : '0\r\n\r\n';
}

/** Up to this many bytes, a chunk and its framing are copied into one buffer: cheaper than a write of three buffers. */
export const ONE_PIECE_BYTES: number = 16 * 1024;

/**
 * Writes a piece of a body.
 *
 * @param onePieceUpTo bytes up to which a chunk is copied into one buffer with its framing. Default: 16 KiB
 * @returns `false` if the socket's buffer is full: wait for `drain` before the next call
 */
export function writeChunk(
  socket: Socket,
  chunk: Uint8Array,
  chunked: boolean,
  onePieceUpTo: number = ONE_PIECE_BYTES,
): boolean {
  // A chunk of size 0 would end the body (RFC 9112 section 7.1).
  if (chunk.byteLength === 0) return true;
  if (!chunked) return socket.write(chunk);
  const size = `${chunk.byteLength.toString(16)}\r\n`;
  if (chunk.byteLength <= onePieceUpTo) return socket.write(onePiece(size, [chunk], '\r\n'));
  socket.cork();
  socket.write(size, 'latin1');
  socket.write(chunk);
  const more = socket.write('\r\n', 'latin1');
  socket.uncork();
  return more;
}

/** Copies text, chunks and text into one buffer; one byte per character. */
export function onePiece(before: string, chunks: readonly Uint8Array[], after: string): Buffer {
  let size = before.length + after.length;
  for (const chunk of chunks) size += chunk.byteLength;
  const piece = Buffer.allocUnsafe(size);
  let at = piece.write(before, 0, 'latin1');
  for (const chunk of chunks) {
    piece.set(chunk, at);
    at += chunk.byteLength;
  }
  if (after !== '') piece.write(after, at, 'latin1');
  return piece;
}

/** Resolves when the socket's buffer is empty, or the socket is closed. */
export function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      socket.off('drain', done);
      socket.off('close', done);
      resolve();
    };
    socket.once('drain', done);
    socket.once('close', done);
  });
}
