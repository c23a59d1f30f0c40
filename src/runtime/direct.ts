import type { Received, Reply } from '../http/messages.ts';
import type { WaitUntil } from './runtime.ts';

/** A faster equivalent of a `fetch` function, for our own listeners. */
export interface Direct {
  /**
   * Responds to a received request without Web objects; it returns `null` if the request needs `fetch`. Itself `null`
   * once all requests do.
   */
  respond:
    | ((received: Received, waitUntil: WaitUntil | undefined) => Reply | Promise<Reply> | null)
    | null;
}

const directs = new WeakMap<object, Direct>();

/**
 * Registers the equivalent of a `fetch` function. It is bound to the function, not to its app: if user code wraps or
 * replaces the function, it gets real requests and responses.
 */
export function provideDirect(fetch: object, direct: Direct): void {
  directs.set(fetch, direct);
}

export function directOf(fetch: object): Direct | undefined {
  return directs.get(fetch);
}
