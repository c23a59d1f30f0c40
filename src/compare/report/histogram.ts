import { add, type Counts } from './counts.ts';

/** Durations below this are counted as 0. */
const SMALLEST_S = 1e-6;
/** Buckets for each doubling: a quantile is off by at most 4.5 %. */
const BUCKETS_PER_DOUBLING = 8;
/** Up to about 18 minutes; longer durations are counted there. */
const MAX_BUCKET = 30 * BUCKETS_PER_DOUBLING;

/** Quantiles in seconds, with three significant digits; `null` where nothing was counted. */
export interface Quantiles {
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
}

/**
 * Counts a duration in a histogram: a count for each bucket that has one, so that histograms add up. Buckets grow by the
 * power, and negative durations have negative buckets.
 *
 * @param seconds may be negative
 */
export function observe(histogram: Counts, seconds: number): void {
  add(histogram, String(bucketOf(seconds)), 1);
}

function bucketOf(seconds: number): number {
  const size = Math.abs(seconds);
  if (!(size >= SMALLEST_S)) return 0;
  const bucket = 1 + Math.floor(Math.log2(size / SMALLEST_S) * BUCKETS_PER_DOUBLING);
  return Math.sign(seconds) * Math.min(bucket, MAX_BUCKET);
}

/** The middle of a bucket, in seconds. */
function middleOf(bucket: number): number {
  if (bucket === 0) return 0;
  const doublings = (Math.abs(bucket) - 0.5) / BUCKETS_PER_DOUBLING;
  return Math.sign(bucket) * SMALLEST_S * 2 ** doublings;
}

/** @example quantiles(histogram) // { p50: 0.0041, p95: 0.0093, p99: 0.021 } */
export function quantiles(histogram: Counts): Quantiles {
  const buckets = Array.from(histogram, ([bucket, count]) => [Number(bucket), count] as const);
  buckets.sort(([a], [b]) => a - b);
  const total = buckets.reduce((sum, [, count]) => sum + count, 0);
  function quantile(share: number): number | null {
    let left = Math.max(1, Math.ceil(total * share));
    for (const [bucket, count] of buckets) {
      left -= count;
      if (left <= 0) return Number(middleOf(bucket).toPrecision(3));
    }
    return null;
  }
  return { p50: quantile(0.5), p95: quantile(0.95), p99: quantile(0.99) };
}
