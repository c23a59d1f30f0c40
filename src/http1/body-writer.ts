import type { Socket } from 'node:net';
import type { HeaderList } from '../http/fields.ts';
import { fieldLines } from './fields.ts';

/** What ends a body in chunks, with what comes behind it (RFC 9112 section 7.1.2). */
export function lastChunk(trailers: HeaderList | null | undefined): string {
  return trailers ? `0\r\n${fieldLines(trailers)}\r\n` : '0\r\n\r\n';
}

/** Chunks up to this many bytes are copied into one piece: cheaper than telling the system of three. */
export const ONE_PIECE_BYTES: number = 16 * 1024;

/**
 * Writes a piece of a body; `false` when the other side has to take what is there first.
 *
 * @param onePieceUpTo bytes of a chunk that is copied into one piece with what frames it
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

/** Chunks and what stands around them, one character per byte there. */
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

/** Resolves when the other side has taken what was written, or will take nothing more. */
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
