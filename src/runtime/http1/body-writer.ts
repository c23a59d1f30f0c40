import type { Socket } from 'node:net';
import type { HeaderList } from '../../http/headers.ts';
import { fieldLines } from './fields.ts';

/** What ends a body in chunks, with what comes behind it (RFC 9112 section 7.1.2). */
export function lastChunk(trailers: HeaderList | null | undefined): string {
  return trailers ? `0\r\n${fieldLines(trailers)}\r\n` : '0\r\n\r\n';
}

/** Writes a piece of a body; `false` when the other side has to take what is there first. */
export function writeChunk(socket: Socket, chunk: Uint8Array, chunked: boolean): boolean {
  // A chunk of size 0 would end the body (RFC 9112 section 7.1).
  if (chunk.byteLength === 0) return true;
  if (!chunked) return socket.write(chunk);
  socket.cork();
  socket.write(`${chunk.byteLength.toString(16)}\r\n`, 'latin1');
  socket.write(chunk);
  const more = socket.write('\r\n', 'latin1');
  socket.uncork();
  return more;
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
