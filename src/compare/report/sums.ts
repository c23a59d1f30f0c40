import { type MemoryBudget, memoryBudget } from '../../http/memory-budget.ts';
import {
  addMirror,
  type ComparedPair,
  countBaseline,
  countPair,
  type MirrorSums,
  mirrorSums,
} from './mirror-sums.ts';
import { add } from './counts.ts';
import { deltaOf, readDelta, type SumsDelta } from './delta.ts';
import { mirrorReport } from './make-report.ts';
import type { Report, ReportFilter, Scope } from './report.ts';

/** Mirrors that are counted apart; routes come and go by the admin API. */
const MAX_MIRRORS = 1000;
/** Estimated memory of all sums but examples, and of all examples. */
const MAX_SUMS_BYTES = 16 * 1024 * 1024;
const MAX_EXAMPLES_BYTES = 8 * 1024 * 1024;
const MIRROR_BYTES = 20_000;

/** Adds up how mirrors responded, in bounded memory: what finds no room is counted under `other`. */
export interface ReportSums {
  /** Counts the outcome of a copy that no pair comes of, with its reason as in metrics. */
  outcome(
    route: string,
    mirror: string,
    outcome: 'sent' | 'failed' | 'skipped',
    reason: string,
  ): void;
  /**
   * Counts a sent copy that was chosen for comparison, with what came of it: both at once, so that no report has more pairs
   * than sent copies, whenever it was begun.
   */
  pair(pair: ComparedPair): void;
  /** Counts a pair of two responses of the old version: what differs there is noise. */
  baseline(pair: ComparedPair): void;
  report(filter?: ReportFilter): Report;
  /** Begins anew. */
  reset(): void;
  /** Hands over everything that was counted since the last call, as JSON for `merge`; `null` if there is nothing. */
  take(): SumsDelta | null;
  /** Adds what `take` of other sums handed over. False, and nothing is added, if it is anything else. */
  merge(delta: unknown): boolean;
}

export interface ReportSumsOptions {
  /** What the sums are of. Default `gateway`. */
  readonly scope?: Scope;
  /** Clock in milliseconds since 1970. */
  readonly now?: () => number;
}

/**
 * Creates sums that are empty.
 *
 * @example
 * const sums = createReportSums();
 * sums.outcome('1', 'http://127.0.0.1:9797', 'sent', '2xx');
 * sums.pair(pair);
 * sums.report({ route: '1' }).mirrors[0]?.sent; // 2
 */
export function createReportSums(options: ReportSumsOptions = {}): ReportSums {
  const { scope = 'gateway', now = Date.now } = options;
  let sums = emptySums(now());

  /** The sums of a mirror. After `take` the time begins with the first of them. */
  function of(route: string, mirror: string): MirrorSums {
    sums.sinceMs = Math.min(sums.sinceMs, now());
    return mirrorAt(sums, route, mirror);
  }
  return {
    outcome(route, mirror, outcome, reason) {
      add(of(route, mirror).counts[outcome], reason, 1);
    },
    pair(pair) {
      countPair(of(pair.route, pair.mirror), pair, sums.budgets);
    },
    baseline(pair) {
      countBaseline(of(pair.route, pair.mirror), pair, sums.budgets);
    },
    report({ route, mirror } = {}) {
      const mirrors = sums.list.filter(
        (one) => (route ?? one.route) === one.route && (mirror ?? one.mirror) === one.mirror,
      );
      return {
        since: new Date(Math.min(sums.sinceMs, now())).toISOString(),
        until: new Date(now()).toISOString(),
        scope,
        mirrors: mirrors.map(mirrorReport),
      };
    },
    reset() {
      sums = emptySums(now());
    },
    take() {
      if (sums.list.length === 0) return null;
      const delta = deltaOf(sums.sinceMs, sums.list);
      // Time begins anew with what is counted next.
      sums = emptySums(Infinity);
      return delta;
    },
    merge(delta) {
      const more = readDelta(delta);
      if (more === null) return false;
      sums.sinceMs = Math.min(sums.sinceMs, more.sinceMs);
      for (const one of more.mirrors)
        addMirror(mirrorAt(sums, one.route, one.mirror), one, sums.budgets);
      return true;
    },
  };
}

interface Sums {
  /** Infinity before anything was counted. */
  sinceMs: number;
  readonly list: MirrorSums[];
  /** The same by route and mirror: each copy looks there, so that no key is made of both. */
  readonly byRoute: Map<string, Map<string, MirrorSums>>;
  readonly budgets: { readonly sums: MemoryBudget; readonly examples: MemoryBudget };
}

function emptySums(sinceMs: number): Sums {
  const budgets = {
    sums: memoryBudget(MAX_SUMS_BYTES),
    examples: memoryBudget(MAX_EXAMPLES_BYTES),
  };
  return { sinceMs, list: [], byRoute: new Map(), budgets };
}

function mirrorAt(sums: Sums, route: string, mirror: string): MirrorSums {
  const known = sums.byRoute.get(route)?.get(mirror);
  if (known !== undefined) return known;
  const isFull = sums.list.length >= MAX_MIRRORS;
  const hasRoom = !isFull && sums.budgets.sums.reserve(MIRROR_BYTES);
  if (hasRoom) return create(sums, route, mirror);
  return sums.byRoute.get('other')?.get('other') ?? create(sums, 'other', 'other');
}

function create({ list, byRoute }: Sums, route: string, mirror: string): MirrorSums {
  const created = mirrorSums(route, mirror);
  list.push(created);
  byRoute.set(route, (byRoute.get(route) ?? new Map()).set(mirror, created));
  return created;
}
