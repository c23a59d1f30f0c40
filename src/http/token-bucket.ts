/** A rate limit. `now` in milliseconds. */
export interface TokenBucket {
  /** Tokens per second. May be changed. */
  rate: number;
  /** True if there is a token. Takes none. */
  has(now: number): boolean;
  /** Takes a token; `false` if there is none. */
  take(now: number): boolean;
  /** Takes tokens even if there are not enough: the rest is a debt. */
  owe(tokens: number, now: number): void;
  /** Tokens still owed; 0 if there is no debt. */
  debt(now: number): number;
}

/**
 * A token bucket that holds the tokens of one second, but at least one, so that rates below one per second let
 * something through.
 *
 * @param rate tokens per second
 */
export function tokenBucket(rate: number): TokenBucket {
  let tokens = Infinity;
  let filled = -Number.MAX_VALUE;

  function has(now: number): boolean {
    // The clock may stand still (Workers) or go back; the bucket's time never goes back.
    if (now > filled) {
      tokens = Math.min(Math.max(1, bucket.rate), tokens + ((now - filled) * bucket.rate) / 1000);
      filled = now;
    }
    return tokens >= 1;
  }

  const bucket: TokenBucket = {
    rate,
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
  return bucket;
}
