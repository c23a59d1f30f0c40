import type { IncomingMessage } from 'node:http';
import type { BodySource } from '../../http/upload.ts';

/** The client closed its connection in the middle of a body. */
export class BodyBrokeOff extends Error {
  override readonly name = 'BodyBrokeOff';
}

/** The body of a message, pulled. Flowing and pausing costs less than an async iterator. */
export function nodeBody(message: IncomingMessage): BodySource {
  const chunks: Uint8Array[] = [];
  let started = false;
  let ended = false;
  let waiting: { resolve(chunk: Uint8Array | null): void; reject(error: Error): void } | null =
    null;

  function settle() {
    const settled = waiting;
    waiting = null;
    return settled;
  }
  function take(chunk: Uint8Array): void {
    const reader = settle();
    if (reader !== null) return reader.resolve(chunk);
    chunks.push(chunk);
    message.pause();
  }
  function start(): void {
    started = true;
    message.on('data', take);
    message.once('end', () => {
      ended = true;
      settle()?.resolve(null);
    });
    message.once('close', () => settle()?.reject(new BodyBrokeOff('the client left half-way')));
  }

  return {
    read() {
      if (!started) start();
      const chunk = chunks.shift();
      if (chunk !== undefined) return Promise.resolve(chunk);
      if (ended) return Promise.resolve(null);
      if (message.destroyed) return Promise.reject(new BodyBrokeOff('the client left half-way'));
      message.resume();
      return new Promise((resolve, reject) => (waiting = { resolve, reject }));
    },
    cancel() {
      // What comes is thrown away, so that the connection can carry the client's next request.
      message.off('data', take);
      message.resume();
    },
  };
}
