import type { Socket } from 'node:net';
import type { Outbound } from '../../http/outbound.ts';

/** Told of a socket to which nothing can be written any more. */
export interface LastWordsListener {
  read(bytes: Buffer): void;
  /** What the server said before may still be there. */
  writeFailed(error: Error): void;
  /** It has all been read, to the end of what the server sent: it closed its side. */
  readToEnd(): void;
}

/** Bytes of a body that the system mostly takes at once: then no write is left that could fail. */
const SHORT = 16 * 1024;

/** Whether the server may answer and close before it has taken all of a body. */
export function isLong(body: Outbound['body']): boolean {
  return body !== null && !(body instanceof Uint8Array && body.byteLength <= SHORT);
}

/**
 * Goes on reading from a socket after a write to it has failed. A server that does not want the rest of a
 * body answers and closes; its system resets what still comes, and the next write fails, while
 * the answer is here already and unread. All runtimes destroy a socket at once then, and its stream drops
 * what is read behind an error. So the destruction is put off, and what is read bypasses the stream.
 */
export function hearLastWords(socket: Socket, listener: LastWordsListener): void {
  const { destroy } = socket;
  let failed = false;
  socket.destroy = (error?: (Error & { readonly syscall?: string }) | null) => {
    // More writes may fail than one. Reading ends with the end, or with the next look in which nothing came.
    if (failed && error) return socket;
    if (error?.syscall !== 'write') return destroy.call(socket, error ?? undefined);
    failed = true;
    for (let held: Buffer | null; (held = socket.read() as Buffer | null) !== null;)
      listener.read(held);
    socket.push = (bytes: Buffer | null) => {
      if (bytes === null) listener.readToEnd();
      else listener.read(bytes);
      return true;
    };
    listener.writeFailed(error);
    return socket;
  };
}
