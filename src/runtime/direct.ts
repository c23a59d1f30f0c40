import type { Received, Reply } from '../http/messages.ts';
import type { WaitUntil } from './port.ts';

/** Answers what a listener received, with no web objects in between; `null` where only `fetch` can. */
export type Direct = (received: Received, waitUntil: WaitUntil) => Reply | Promise<Reply> | null;

const directs = new WeakMap<object, Direct>();

/**
 * Gives listeners that know it a shorter way to what `fetch` does. It belongs to the function, not to
 * the app that has it: whoever puts code of their own around the function, or in its place, gets real
 * requests and responses.
 */
export function provideDirect(fetch: object, direct: Direct): void {
  directs.set(fetch, direct);
}

export function directOf(fetch: object): Direct | undefined {
  return directs.get(fetch);
}
