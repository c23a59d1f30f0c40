import type { Outcome } from '../mirror/outcome.ts';
import type { CopyEvent, Listener } from './events.ts';
import type { Lifetimes } from './lifetimes.ts';

/** Seconds that are kept: five minutes, and what a chart needs to end with a whole step. */
export const KEPT_SECONDS = 310;

/** Buckets of a duration: four for each doubling, from 64 µs to 134 s. */
export const BUCKETS = 84;
const BUCKETS_PER_DOUBLING = 4;
const SHORTEST_US = 2 ** 6;
const LONGEST_US = 2 ** 27 - 1;

/** Where the counts of a second begin. */
export const COLUMN: Readonly<Record<Column, number>> = {
  /** Requests by the class of their status, 1xx to 5xx. */
  statuses: 0,
  sent: 5,
  failed: 6,
  skipped: 7,
  /** Requests by the time to the head of their response. */
  primary: 8,
  /** Copies that were sent by the time until their response was read. */
  mirror: 8 + BUCKETS,
};
type Column = 'statuses' | Outcome['outcome'] | 'primary' | 'mirror';

const COLUMNS = 8 + 2 * BUCKETS;

/** Seconds of a {@link Frequency}'s window. */
export const WINDOW_S = 10;

/** How often something happened in a window of {@link WINDOW_S}, whose number counts from 1970, and in the one before. */
export interface Frequency {
  window: number;
  count: number;
  before: number;
}

export interface RecentRoute {
  readonly requests: Frequency;
  /** By the mirror's `host`. */
  readonly mirrors: Map<string, RecentMirror>;
}

export interface RecentMirror {
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
  /** Routes that had requests, by id. */
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
  let newest = -Infinity;
  let since = Infinity;
  const rowOf = (second: number) => (second % KEPT_SECONDS) * COLUMNS;
  // Earlier seconds are taken too: on Workers each request has a clock of its own.
  const isKept = (second: number) => second <= newest && second > newest - KEPT_SECONDS;

  /** Clears the rows of the seconds that begin: all, if the clock was set back. */
  function advance(second: number): void {
    if (second < newest) since = newest = -Infinity;
    if (newest === -Infinity) since = second;
    let next = Math.max(newest + 1, second - KEPT_SECONDS + 1);
    for (; next <= second; next++) counts.fill(0, rowOf(next), rowOf(next) + COLUMNS);
    newest = second;
  }
  function secondNow(): number {
    const second = Math.floor(now() / 1000);
    if (!isKept(second)) advance(second);
    return second;
  }
  function forget(): void {
    for (const [id, { mirrors }] of routes) {
      if (!keeps(id)) routes.delete(id);
      for (const host of mirrors.keys()) if (!keeps(id, host)) mirrors.delete(host);
    }
  }
  function copied({ route, mirror, outcome: { outcome, reason }, seconds }: CopyEvent): void {
    const second = secondNow();
    const row = rowOf(second);
    const { copies, outcomes } = entry(entry(routes, route, newRoute).mirrors, mirror, newMirror);
    counts[row + COLUMN[outcome]]!++;
    if (outcome === 'sent') counts[row + COLUMN.mirror + bucketOf(seconds)]!++;
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
        counts[row + classOf(event.status)]!++;
        counts[row + COLUMN.primary + bucketOf(event.seconds)]!++;
        // The rest matched no route.
        if (event.route !== '') happened(entry(routes, event.route, newRoute).requests, second);
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

/** 0 for 1xx to 4 for 5xx, which invalid statuses count as. */
function classOf(status: number): number {
  const digit = Math.floor(status / 100);
  return digit >= 1 && digit <= 5 ? digit - 1 : 4;
}

function bucketOf(seconds: number): number {
  const us = Math.min(Math.max(seconds * 1e6, SHORTEST_US), LONGEST_US);
  const doublings = 31 - Math.clz32(us);
  // The two bits below the highest: quarters of the doubling.
  return (doublings - 6) * BUCKETS_PER_DOUBLING + ((us >> (doublings - 2)) & 3);
}

/** The shortest duration of a bucket, in seconds. */
export function startOf(bucket: number): number {
  const quarters = bucket % BUCKETS_PER_DOUBLING;
  const doubled = SHORTEST_US * 2 ** Math.floor(bucket / BUCKETS_PER_DOUBLING);
  return (doubled * (1 + quarters / BUCKETS_PER_DOUBLING)) / 1e6;
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

function newRoute(): RecentRoute {
  return { requests: never(), mirrors: new Map() };
}

function newMirror(): RecentMirror {
  return { copies: never(), outcomes: new Map() };
}

/** The value of a key; made if there is none. */
function entry<V>(map: Map<string, V>, key: string, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}
