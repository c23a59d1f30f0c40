import { BUCKETS, COLUMN, type Recent, startOf } from '../../../telemetry/recent.ts';

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

/** Statuses have five classes. */
const CLASSES = 5;

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
  const sums = new Float64Array(COLUMN.mirror + BUCKETS);
  for (let second = begin; second < end; second++) {
    const counts = recent.countsOf(second);
    if (counts !== null) for (let i = 0; i < sums.length; i++) sums[i]! += counts[i]!;
  }
  const seconds = end - begin;
  const { statuses, sent, failed, skipped, primary, mirror } = COLUMN;
  return {
    requests: sumOf(sums.subarray(statuses, statuses + CLASSES)) / seconds,
    errors: sums[statuses + CLASSES - 1]! / seconds,
    sent: sums[sent]! / seconds,
    failed: sums[failed]! / seconds,
    skipped: sums[skipped]! / seconds,
    primary: quantiles(sums.subarray(primary, primary + BUCKETS)),
    mirror: quantiles(sums.subarray(mirror, mirror + BUCKETS)),
  };
}

function quantiles(histogram: Float64Array): Quantiles {
  const total = sumOf(histogram);
  function quantile(share: number): number | null {
    let left = Math.max(1, Math.ceil(total * share));
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      left -= histogram[bucket]!;
      if (left <= 0) return (startOf(bucket) + startOf(bucket + 1)) / 2;
    }
    return null;
  }
  return { p50: quantile(0.5), p95: quantile(0.95), p99: quantile(0.99) };
}

function sumOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}
