import type { StartThread } from '../../runtime/thread.ts';
import type { CompareByRules, Shed } from '../request-comparisons.ts';

/** Where pairs are compared. */
export interface ComparePool {
  readonly compare: CompareByRules;
  readonly shed: Shed | null;
  /** Gives up what waits: it ends as `not_compared: shutdown`. */
  abandon(): void;
}

/**
 * Makes the pool of a runtime. There are two, chosen by the import `#compare-pool`: Workers have no threads.
 *
 * @param key of the hashes that stand for redacted values
 * @param onError called with what went wrong in a thread
 */
export type MakePool = (
  start: StartThread | undefined,
  key: () => Uint8Array,
  onError: (error: string) => void,
) => ComparePool;
