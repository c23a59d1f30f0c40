import type { Socket } from 'node:net';
import { nextTick } from 'node:process';
import type { BodySource } from '../../http/upload.ts';
import { BodyPipe } from '../body-pipe.ts';
import { lastChunk, ONE_PIECE, onePiece, writeChunk } from '../body-writer.ts';
import { recycle } from '../client/read-buffer.ts';
import type { Framing } from '../framing.ts';

/**
 * Bytes that a client has to take before it is seen to take any: what is written is told when it is
 * gone, and a stream may come in pieces of any size.
 */
const STRIDE = 64 * 1024;

/**
 * Writes an answer: in one write when all of it is here, else as it comes and as the client takes it.
 *
 * @param taken resolves when the client has taken what was written, or will take nothing more
 * @returns `null` when all is written; else a promise that rejects when the body broke off, or has
 * another length than its head says. The client must see that too, never a short body that looks
 * whole
 */
export function writeAnswer(
  socket: Socket,
  head: string,
  body: BodySource | null,
  framing: Framing,
  taken: () => Promise<void>,
): Promise<void> | null {
  if (framing.kind === 'none') body?.cancel();
  if (body === null || framing.kind === 'none') {
    if (framing.kind === 'length' && framing.length !== 0) return Promise.reject(wrongLength());
    socket.write(head, 'latin1');
    return null;
  }
  // What is here already goes along with the head.
  if (!(body instanceof BodyPipe)) {
    socket.cork();
    nextTick(() => socket.uncork());
    socket.write(head, 'latin1');
    return pump(socket, body, framing, 0, taken);
  }
  const { complete } = body;
  const chunks = body.drain();
  const chunked = framing.kind === 'chunked';
  const end = chunked && complete ? lastChunk(body.trailers) : '';
  const written = writeTogether(socket, head, chunks, chunked, end);
  return complete ? null : pump(socket, body, framing, written, taken);
}

/**
 * Ends the connection of an answer whose body cannot be finished. Where the end of the connection is the end of
 * the body, only a reset tells the client that some of it is missing (RFC 9112 section 8).
 */
export function breakOff(socket: Socket, { kind }: Framing): void {
  if (kind === 'close') socket.resetAndDestroy();
  else socket.destroy();
}

/** @returns bytes of the body */
function writeTogether(
  socket: Socket,
  head: string,
  chunks: readonly Uint8Array[],
  chunked: boolean,
  end: string,
): number {
  let size = 0;
  for (const chunk of chunks) size += chunk.byteLength;
  const before = chunked && size > 0 ? `${head}${size.toString(16)}\r\n` : head;
  const after = chunked && size > 0 ? `\r\n${end}` : end;
  if (size === 0) {
    socket.write(before + after, 'latin1');
  } else if (before.length + size + after.length <= ONE_PIECE) {
    socket.write(onePiece(before, chunks, after));
  } else {
    socket.cork();
    socket.write(before, 'latin1');
    for (const chunk of chunks) socket.write(chunk);
    if (after !== '') socket.write(after, 'latin1');
    socket.uncork();
  }
  return size;
}

async function pump(
  socket: Socket,
  body: BodySource,
  framing: Framing,
  begun: number,
  taken: () => Promise<void>,
): Promise<void> {
  const chunked = framing.kind === 'chunked';
  let left = framing.kind === 'length' ? framing.length - begun : Infinity;
  if (socket.writableNeedDrain) await taken();
  for (let chunk = await body.read(); chunk !== null; chunk = await body.read()) {
    left -= chunk.byteLength;
    if (left < 0) throw wrongLength();
    for (let at = 0; at < chunk.byteLength; at += STRIDE) {
      const piece = chunk.byteLength > STRIDE ? chunk.subarray(at, at + STRIDE) : chunk;
      if (!writeChunk(socket, piece, chunked)) await taken();
    }
    // Nobody else has what comes from a pipe, and none of it waits to be written.
    if (body instanceof BodyPipe && socket.writableLength === 0 && !socket.destroyed)
      recycle(chunk);
  }
  if (framing.kind === 'length' && left !== 0) throw wrongLength();
  if (chunked) socket.write(lastChunk(body.trailers), 'latin1');
}

function wrongLength(): Error {
  return new Error('a body of another length than its head says');
}
