import type { Comparison } from '../../compare/comparison.ts';
import type { ComparedPair } from '../../compare/report/mirror-sums.ts';
import type { Outcome } from '../../mirror/outcome.ts';
import { NO_BREAKER, NO_RATE_LIMIT } from '../../mirror/limits.ts';
import type { Mirror } from '../../mirror/mirror.ts';
import type { Listener } from '../../telemetry/events.ts';
import { type Counts, NO_LAG } from './tally.ts';

/** Tells a listener of all that a worker has counted, as if it had happened here. */
export function tellCounts({ requests, copies, comparisons }: Counts, listen: Listener): void {
  const request = { id: '', target: '' };
  for (const [[route, method, status], values] of requests)
    for (const micros of values)
      listen({
        type: 'request',
        route: route!,
        request: { ...request, method: method! },
        status: Number(status),
        seconds: micros / 1e6,
      });
  for (const [[route, mirror, outcome, reason], values] of copies)
    for (const micros of values)
      listen({
        type: 'copy',
        route: route!,
        mirror: mirror!,
        request: { ...request, method: '' },
        outcome: { outcome, reason } as Outcome,
        seconds: micros / 1e6,
      });
  for (const [labels, values] of comparisons)
    for (const micros of values)
      listen({
        type: 'comparison',
        kind: 'mirror',
        request: { ...request, method: '' },
        pair: pairOf(labels, micros),
      });
}

/** As much of a pair as metrics need. */
function pairOf(labels: readonly string[], lagMicros: number): ComparedPair {
  const [route, mirror, result, reason, primary, status] = labels as string[];
  const isTimed = lagMicros !== NO_LAG;
  return {
    route: route!,
    mirror: mirror!,
    method: '',
    requestId: '',
    atMs: 0,
    target: '',
    comparison: { result, reason } as Comparison,
    primary: primary === '' ? null : { status: Number(primary), seconds: isTimed ? 0 : null },
    mirrorResponse: { status: Number(status), seconds: isTimed ? lagMicros / 1e6 : null },
  };
}

/** What all mirrors do at the moment, in all workers. */
export class MirrorStates {
  readonly #states = new Map<object, Counts>();

  /** Remembers what a worker has told last. */
  set(worker: object, counts: Counts): void {
    this.#states.set(worker, counts);
  }

  /** Forgets a worker that is gone. */
  delete(worker: object): void {
    this.#states.delete(worker);
  }

  get recordedBytes(): number {
    let sum = 0;
    for (const { recordedBytes } of this.#states.values()) sum += recordedBytes;
    return sum;
  }

  /**
   * Shows the sums in mirrors that send nothing themselves, for all that reads them there: copies in flight, in how many
   * workers a breaker is open, and whether the rate is used up in any.
   */
  showIn(mirrors: Iterable<Mirror>): void {
    const sums = this.#sums();
    for (const { route, name, inFlight, breaker, rate } of mirrors) {
      const { count, openIn, isRated } = sums.get(keyOf(route, name)) ?? NOTHING;
      const open = openIn > 0;
      Object.assign(inFlight, { count });
      if (breaker !== NO_BREAKER)
        Object.assign(breaker, { open, blocks: () => open, openIn: [openIn, this.#states.size] });
      if (rate !== NO_RATE_LIMIT) Object.assign(rate, { has: () => !isRated });
    }
  }

  #sums(): ReadonlyMap<string, MirrorSum> {
    const sums = new Map<string, MirrorSum>();
    for (const { mirrors } of this.#states.values())
      for (const { route, mirror, ...state } of mirrors) {
        const sum = sums.get(keyOf(route, mirror)) ?? NOTHING;
        sums.set(keyOf(route, mirror), {
          count: sum.count + state.inFlight,
          openIn: sum.openIn + Number(state.isOpen),
          isRated: sum.isRated || state.isRated,
        });
      }
    return sums;
  }
}

/** What a mirror does in all workers. */
interface MirrorSum {
  readonly count: number;
  /** Workers whose breaker is open. */
  readonly openIn: number;
  readonly isRated: boolean;
}

const NOTHING: MirrorSum = { count: 0, openIn: 0, isRated: false };

function keyOf(route: string, mirror: string): string {
  return `${route}\n${mirror}`;
}
