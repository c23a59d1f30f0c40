import { comparer } from '../compare.ts';
import type { CompareRules } from '../rules.ts';
import type { ComparePool, MakePool } from './pool.ts';

/**
 * Compares in the thread of the caller: as part of `waitUntil`, after the response. What one pair costs is bounded by its
 * bytes and by a budget of steps.
 *
 * @param key of the hashes that stand for redacted values
 * @param onError called with a fault of ours that stopped a comparison
 */
export function ownThread(key: () => Uint8Array, onError: (error: string) => void): ComparePool {
  const comparers = new WeakMap<CompareRules, ReturnType<typeof comparer>>();
  return {
    async compare(rules, primary, mirror) {
      try {
        let compare = comparers.get(rules);
        if (compare === undefined) comparers.set(rules, (compare = comparer(rules, key())));
        return await compare(primary, mirror);
      } catch (error) {
        // Each pair has a result, and gives back its memory.
        onError(String(error));
        return { result: 'not_compared', reason: 'overload' };
      }
    },
    shed: null,
    abandon() {},
  };
}

/** On Workers. */
export const comparePool: MakePool = (_, key, onError) => ownThread(key, onError);
