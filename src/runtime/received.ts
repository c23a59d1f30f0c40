import type { Received } from '../http/messages.ts';
import { portOf, receiveWeb } from './fetch/receive.ts';

/** Converts a request of our own listeners that was handed out to user code. */
export type ReadServed = (request: Request) => Received;

const served = new WeakMap<object, ReadServed>();

/**
 * Remembers how to convert a request of our own listeners.
 *
 * @param handedOut the `Request`, or the `env` beside it, which identifies the request after user code has replaced the
 * `Request`
 */
export function rememberServed(handedOut: object, read: ReadServed): void {
  served.set(handedOut, read);
}

/** Converts a request: one of our own listeners without loss, any other as a Web `Request`. */
export function receive(request: Request, env?: unknown): Received {
  const read = served.get(request) ?? (isObject(env) ? served.get(env) : undefined);
  return read?.(request) ?? receiveWeb(request, { peer: '', serverPort: portOf(request.url) });
}

/** True for a request of our own listeners. */
export function isServed(request: Request): boolean {
  return served.has(request);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
