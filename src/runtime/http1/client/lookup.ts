import { type LookupAddress, lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';

type Callback = Parameters<LookupFunction>[2];

/**
 * Looks a name up once for all that ask for it meanwhile. Each lookup holds one of libuv's four
 * threads, and one for a dead name holds it for seconds: a mirror that nobody can resolve would keep
 * the primaries' lookups and all file access waiting.
 */
export function sharedLookup(resolve: typeof lookup = lookup): LookupFunction {
  const waiting = new Map<string, Callback[]>();
  return (hostname, options, callback) => {
    const key = `${hostname} ${JSON.stringify(options)}`;
    const others = waiting.get(key);
    if (others !== undefined) {
      others.push(callback);
      return;
    }
    const callbacks = [callback];
    waiting.set(key, callbacks);
    resolve(hostname, options, (error, address: string | LookupAddress[], family: number) => {
      waiting.delete(key);
      for (const answer of callbacks) answer(error, address, family);
    });
  };
}
