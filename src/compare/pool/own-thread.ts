import { comparer } from '../compare.ts';
import type { CompareRules } from '../rules.ts';
import type { ComparePool, MakePool } from './pool.ts';

/**
 * Compares in the thread of the caller: as part of `waitUntil`, after the response. What one pair costs is bounded by its
 * bytes and by a budget of steps.
 *
 * @param key of the hashes that stand for redacted values
 */
export function ownThread(key: () => Uint8Array): ComparePool {
  const comparers = new WeakMap<CompareRules, ReturnType<typeof comparer>>();
  return {
    compare(rules, primary, mirror) {
      let compare = comparers.get(rules);
      if (compare === undefined) comparers.set(rules, (compare = comparer(rules, key())));
      return compare(primary, mirror);
    },
    isFull: () => false,
    abandon() {},
  };
}

/** On Workers. */
export const comparePool: MakePool = (_, key) => ownThread(key);
