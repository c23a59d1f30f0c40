import type { Outcome } from '../mirror/outcome.ts';
import type { CopyEvent, Listener } from './events.ts';
import type { Lifetimes } from './lifetimes.ts';

/** Seconds that are kept: five minutes, and what a chart needs to end with a whole step. */
export const KEPT_SECONDS = 310;

/** Buckets of a duration: eight for each doubling, from 64 µs to 134 s. They are those of the report, which says the same then. */
export const BUCKETS = 168;
const BUCKETS_PER_DOUBLING = 8;
const SHORTEST_S = 64e-6;

/** Times that are kept of each second: so many that p99 of some seconds is right, and that of a busy route as well. */
const MAX_SAMPLES = 512;
/** Lower bits of a sample: the bucket of the duration. The others are the number of its {@link Series}. */
const BUCKET_BITS = 8;
const ERRORS = 1;
/** Requests, and copies that were sent: each took a time. */
const TIMED = 5;
const SAMPLES = 6;
const COLUMNS = SAMPLES + MAX_SAMPLES;

/** Seconds of a {@link Frequency}'s window. */
const WINDOW_S = 10;

const OUTCOMES: Readonly<Record<Outcome['outcome'], number>> = { sent: 2, failed: 3, skipped: 4 };

/** Where the counts of a second are; `errors` are requests that got a 5xx. */
export const COLUMN: Readonly<Record<'requests' | 'errors' | Outcome['outcome'], number>> = {
  requests: 0,
  errors: ERRORS,
  ...OUTCOMES,
};

/** How often something happened in a window of {@link WINDOW_S}, whose number counts from 1970, and in the one before. */
export interface Frequency {
  window: number;
  count: number;
  before: number;
}

/** What times are of: the requests of a route, until the head of the response, or copies to a mirror, until it was read. */
interface Series {
  /** Even for a route, odd for a mirror; not used again. */
  readonly series: number;
}

export interface RecentRoute extends Series {
  readonly requests: Frequency;
  /** By the mirror's name. */
  readonly mirrors: Map<string, RecentMirror>;
}

export interface RecentMirror extends Series {
  /** Copies that were sent or failed. */
  readonly copies: Frequency;
  /** Outcomes by their reason, since the start. */
  readonly outcomes: Map<string, OutcomeCount>;
}

export interface OutcomeCount {
  readonly outcome: Outcome['outcome'];
  count: number;
}

/** What happened in the last minutes, for those who look on. Its memory is that of the configuration. */
export interface Recent {
  readonly listen: Listener;
  /** The counts of a second since 1970, by {@link COLUMN}; `null` if nothing is known of it. */
  countsOf(second: number): Uint32Array | null;
  /** Second of the first event; `Infinity` before. */
  readonly since: number;
  /** Routes that had requests, by id; `''` stands for none. */
  readonly routes: ReadonlyMap<string, RecentRoute>;
}

/**
 * Keeps what happened in the last minutes, without timers. Nothing is allocated for an event, but for the first of a
 * route, mirror or reason.
 *
 * @param keeps whether a route or mirror is to be remembered; asked when routes were read
 * @param now clock in milliseconds since 1970
 */
export function recentEvents(keeps: Lifetimes['has'], now: () => number): Recent {
  const counts = new Uint32Array(KEPT_SECONDS * COLUMNS);
  const routes = new Map<string, RecentRoute>();
  /** The last second that has counts; `Infinity` before the first event. */
  let newest = Infinity;
  let since = Infinity;
  let last = 0;
  const newRoute = (): RecentRoute => ({
    series: (last += 2),
    requests: never(),
    mirrors: new Map(),
  });
  const newMirror = (): RecentMirror => ({
    series: (last += 2) + 1,
    copies: never(),
    outcomes: new Map(),
  });
  const rowOf = (second: number) => (second % KEPT_SECONDS) * COLUMNS;
  // Earlier seconds are taken too: on Workers each request has a clock of its own.
  const isKept = (second: number) => second <= newest && second > newest - KEPT_SECONDS;

  /** Clears the rows of the seconds that begin: all, if the clock was set back. */
  function advance(second: number): void {
    if (second < newest) {
      since = second;
      newest = -Infinity;
    }
    let next = Math.max(newest + 1, second - KEPT_SECONDS + 1);
    for (; next <= second; next++) counts.fill(0, rowOf(next), rowOf(next) + COLUMNS);
    newest = second;
  }
  function secondNow(): number {
    const second = Math.floor(now() / 1000);
    if (!isKept(second)) advance(second);
    return second;
  }
  function took({ series }: Series, row: number, seconds: number): void {
    const before = counts[row + TIMED]!++;
    const place = before < MAX_SAMPLES ? before : Math.floor(Math.random() * before);
    if (place < MAX_SAMPLES)
      counts[row + SAMPLES + place] = (series << BUCKET_BITS) | bucketOf(seconds);
  }
  function forget(): void {
    for (const [id, { mirrors }] of routes) {
      if (!keeps(id)) routes.delete(id);
      for (const name of mirrors.keys()) if (!keeps(id, name)) mirrors.delete(name);
    }
  }
  function copied({ route, mirror, outcome: { outcome, reason }, seconds }: CopyEvent): void {
    const second = secondNow();
    const row = rowOf(second);
    const recent = entry(entry(routes, route, newRoute).mirrors, mirror, newMirror);
    const { copies, outcomes } = recent;
    counts[row + OUTCOMES[outcome]]!++;
    if (outcome === 'sent') took(recent, row, seconds);
    if (outcome !== 'skipped') happened(copies, second);
    const sum = outcomes.get(reason);
    if (sum === undefined) outcomes.set(reason, { outcome, count: 1 });
    else sum.count++;
  }
  return {
    listen(event) {
      if (event.type === 'request') {
        const second = secondNow();
        const row = rowOf(second);
        counts[row]!++;
        if (event.status >= 500) counts[row + ERRORS]!++;
        const route = entry(routes, event.route, newRoute);
        took(route, row, event.seconds);
        happened(route.requests, second);
      } else if (event.type === 'copy') copied(event);
      else if (event.type === 'reload') forget();
    },
    countsOf: (second) =>
      isKept(second) ? counts.subarray(rowOf(second), rowOf(second) + COLUMNS) : null,
    get since() {
      return since;
    },
    routes,
  };
}

function bucketOf(seconds: number): number {
  const bucket = Math.floor(Math.log2(seconds / SHORTEST_S) * BUCKETS_PER_DOUBLING);
  return bucket >= 0 ? Math.min(bucket, BUCKETS - 1) : 0;
}

/**
 * Reads the times of a second: all, or a random choice of {@link MAX_SAMPLES}.
 *
 * @param counts of the second
 * @param visit called with the number of a {@link Series}, the bucket of the duration, and for how many times it stands
 */
export function forEachTime(
  counts: Uint32Array,
  visit: (series: number, bucket: number, weight: number) => void,
): void {
  const length = Math.min(counts[TIMED]!, MAX_SAMPLES);
  const weight = counts[TIMED]! / length;
  for (const sample of counts.subarray(SAMPLES, SAMPLES + length))
    visit(sample >>> BUCKET_BITS, sample & (2 ** BUCKET_BITS - 1), weight);
}

/** Whether a series is that of a mirror. */
export function isOfMirror(series: number): boolean {
  return series % 2 === 1;
}

/** The middle of a bucket, in seconds. */
export function middleOf(bucket: number): number {
  return SHORTEST_S * 2 ** ((bucket + 0.5) / BUCKETS_PER_DOUBLING);
}

function never(): Frequency {
  return { window: 0, count: 0, before: 0 };
}

function happened(frequency: Frequency, second: number): void {
  const window = Math.floor(second / WINDOW_S);
  if (window !== frequency.window) {
    frequency.before = window === frequency.window + 1 ? frequency.count : 0;
    frequency.count = 0;
    frequency.window = window;
  }
  frequency.count++;
}

/** How often a second something happened, over the last {@link WINDOW_S}: the window before counts by its part. */
export function perSecond({ window, count, before }: Frequency, nowMs: number): number {
  const windows = nowMs / 1000 / WINDOW_S;
  const age = Math.floor(windows) - window;
  if (age > 1) return 0;
  const left = 1 - (windows % 1);
  return (age === 1 ? count * left : count + before * left) / WINDOW_S;
}

/** The value of a key; made if there is none. */
function entry<V>(map: Map<string, V>, key: string, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}
