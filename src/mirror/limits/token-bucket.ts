/** Limits how many may pass in a second. Times in milliseconds. */
export interface TokenBucket {
  /** True when one may pass. Takes nothing. */
  has(now: number): boolean;
  /** Lets one pass, or answers `false` when none may. */
  take(now: number): boolean;
  /** Takes so many, whether they are there or not. */
  owe(tokens: number, now: number): void;
  /** How many were taken that were not there, less what has come since; 0 when none are owed. */
  debt(now: number): number;
}

/**
 * A token bucket with a burst of one second, and of one token at least, so that rates below one a
 * second let something through.
 *
 * @param rate tokens a second
 */
export function tokenBucket(rate: number): TokenBucket {
  const burst = Math.max(1, rate);
  let tokens = burst;
  let filled: number | null = null;

  function has(now: number): boolean {
    // Time may stand still (Workers) but never runs backwards for a bucket.
    if (filled !== null && now > filled)
      tokens = Math.min(burst, tokens + ((now - filled) * rate) / 1000);
    filled = filled === null ? now : Math.max(filled, now);
    return tokens >= 1;
  }

  return {
    has,
    take(now) {
      if (!has(now)) return false;
      tokens -= 1;
      return true;
    },
    owe(more, now) {
      has(now);
      tokens -= more;
    },
    debt(now) {
      has(now);
      return Math.max(0, -tokens);
    },
  };
}

/** For mirrors without `rate_limit`. */
export const NO_RATE_LIMIT: TokenBucket = {
  has: () => true,
  take: () => true,
  owe() {},
  debt: () => 0,
};
