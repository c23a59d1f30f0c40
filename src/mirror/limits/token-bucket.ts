/** Answers whether one more may pass at a time given in milliseconds. */
export type TokenBucket = (now: number) => boolean;

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
  return (now) => {
    // Time may stand still (Workers) but never runs backwards for a bucket.
    if (filled !== null && now > filled)
      tokens = Math.min(burst, tokens + ((now - filled) * rate) / 1000);
    filled = filled === null ? now : Math.max(filled, now);
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}
