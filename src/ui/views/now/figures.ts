import {
  BUCKETS,
  COLUMN,
  forEachTime,
  isOfMirror,
  type Recent,
  middleOf,
} from '../../../telemetry/recent.ts';

/** Durations in seconds; `null` where nothing was counted. */
export interface Quantiles {
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
}

/** What happened in some seconds: how often a second, and how long it took. */
export interface Figures {
  readonly requests: number;
  /** Requests that got a 5xx. */
  readonly errors: number;
  readonly sent: number;
  readonly failed: number;
  readonly skipped: number;
  /** Time to the head of the response. */
  readonly primary: Quantiles;
  /** Time until the response was read, of copies that were sent. */
  readonly mirror: Quantiles;
}

/** Seconds that the charts show, in steps. */
export const CHART_S = 300;
export const STEP_S = 5;

/**
 * The figures of the last whole seconds.
 *
 * @param seconds how many; fewer if events began later
 */
export function lately(recent: Recent, nowMs: number, seconds: number): Figures {
  const end = Math.floor(nowMs / 1000);
  const begin = Math.max(end - seconds, Math.min(recent.since, end - 1));
  return figuresOf(recent, begin, end);
}

/**
 * The figures of the last five minutes in steps of five seconds, oldest first; `null` where there were no events yet. Steps
 * begin at multiples of five, so that what is past does not change from one second to the next.
 */
export function history(recent: Recent, nowMs: number): readonly (Figures | null)[] {
  const end = Math.floor(nowMs / 1000 / STEP_S) * STEP_S;
  return Array.from({ length: CHART_S / STEP_S }, (_, i) => {
    const begin = end - CHART_S + i * STEP_S;
    return begin + STEP_S <= recent.since ? null : figuresOf(recent, begin, begin + STEP_S);
  });
}

/** @param begin first second, and `end` the one behind the last, since 1970 */
function figuresOf(recent: Recent, begin: number, end: number): Figures {
  const sums = { requests: 0, errors: 0, sent: 0, failed: 0, skipped: 0 };
  const [primary, mirror] = [newHistogram(), newHistogram()];
  const seconds = end - begin;
  for (let second = begin; second < end; second++) {
    const counts = recent.countsOf(second);
    if (counts === null) continue;
    for (const name of NAMES) sums[name] += counts[COLUMN[name]]!;
    forEachTime(counts, (series, bucket, weight) => {
      (isOfMirror(series) ? mirror : primary)[bucket]! += weight;
    });
  }
  for (const name of NAMES) sums[name] /= seconds;
  return { ...sums, primary: quantiles(primary), mirror: quantiles(mirror) };
}

const NAMES = ['requests', 'errors', 'sent', 'failed', 'skipped'] as const;

/** Counts of durations by their bucket. */
export type Histogram = Float64Array;

export function newHistogram(): Histogram {
  return new Float64Array(BUCKETS);
}

/** Counts are sums of weights, which are fractions. */
const ROUNDING = 1e-6;

/** @example quantiles(histogram) // { p50: 0.0041, p95: 0.0093, p99: 0.021 } */
export function quantiles(histogram: Histogram): Quantiles {
  const total = histogram.reduce((sum, count) => sum + count, 0);
  function quantile(share: number): number | null {
    if (total === 0) return null;
    let left = Math.min(total, Math.ceil(total * share));
    return middleOf(histogram.findIndex((count) => (left -= count) <= ROUNDING));
  }
  return { p50: quantile(0.5), p95: quantile(0.95), p99: quantile(0.99) };
}
