import type { Received } from '../http/messages.ts';
import { receiveWeb } from './fetch/receive.ts';

/** How a request is read that one of our listeners has given to other code. */
export type ReadServed = (request: Request) => Received;

const served = new WeakMap<object, ReadServed>();

/**
 * Remembers how to read a request of a listener of ours.
 *
 * @param handedOut the `Request`, or the `env` beside it: by that it is known again when other code has
 * put another `Request` in its place
 */
export function rememberServed(handedOut: object, read: ReadServed): void {
  served.set(handedOut, read);
}

/** Reads a request of our own listeners as it came in, and any other as a web request. */
export function receive(request: Request, env?: unknown): Received {
  const read = served.get(request) ?? (isObject(env) ? served.get(env) : undefined);
  return read?.(request) ?? receiveWeb(request, { peer: '', serverPort: 0 });
}

/** True for a request of a listener of ours. */
export function isServed(request: Request): boolean {
  return served.has(request);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
