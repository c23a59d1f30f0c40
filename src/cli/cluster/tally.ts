import type { SumsDelta } from '../../compare/report/delta.ts';
import { METHODS } from '../../http/methods.ts';
import type { ComparisonEvent, GatewayEvent, Listener } from '../../telemetry/events.ts';
import type { InForce } from '../../telemetry/readings.ts';

/**
 * What happened in a worker since it told of it last, as JSON. Durations are whole microseconds. Each entry is a list of
 * labels, with a duration for each event that has these labels.
 */
export interface Counts {
  /** Route, method, status. */
  readonly requests: readonly Entry[];
  /** Route, mirror, outcome, reason. */
  readonly copies: readonly Entry[];
  /** Route, mirror, result, reason, status of the primary (`''`: it failed), status of the mirror; with the lags. */
  readonly comparisons: readonly Entry[];
  /** Sums for the report of comparisons. */
  readonly report: SumsDelta | null;
  /** What mirrors do at the moment, but for those that do nothing. */
  readonly mirrors: readonly MirrorState[];
  /** TLS handshakes of clients that failed. */
  readonly failedHandshakes: number;
  /** Bytes of recorded bodies at the moment. */
  readonly recordedBytes: number;
}

export type Entry = readonly [labels: readonly string[], values: readonly number[]];

export interface MirrorState {
  readonly route: string;
  readonly mirror: string;
  readonly inFlight: number;
  readonly isOpen: boolean;
  /** Whether its `rate_limit` is used up. */
  readonly isRated: boolean;
}

/** Stands for a lag that was not measured. */
export const NO_LAG: number = Number.MAX_SAFE_INTEGER;

/** Counts the events of a worker, for the supervisor to add up. */
export class Tally {
  #requests = new Tree();
  #copies = new Tree();
  #comparisons = new Tree();
  #failedHandshakes = 0;

  /** True if nothing has happened since it was handed over. */
  isEmpty = true;

  readonly listen: Listener = (event) => this.#count(event);

  readonly handshakeFailed = (): void => {
    this.isEmpty = false;
    this.#failedHandshakes += 1;
  };

  /** Hands over what was counted since the last call. */
  take(inForce: InForce | null, report: SumsDelta | null): Counts {
    const counts = {
      requests: [...this.#requests.entries()],
      copies: [...this.#copies.entries()],
      comparisons: [...this.#comparisons.entries()],
      report,
      failedHandshakes: this.#failedHandshakes,
      mirrors: inForce === null ? [] : [...mirrorStates(inForce)],
      recordedBytes: inForce?.recordedBytes() ?? 0,
    };
    this.#requests = new Tree();
    this.#copies = new Tree();
    this.#comparisons = new Tree();
    this.#failedHandshakes = 0;
    this.isEmpty = true;
    return counts;
  }

  #count(event: GatewayEvent): void {
    this.isEmpty = false;
    switch (event.type) {
      case 'request': {
        const { route, request, status, seconds } = event;
        // Clients could create any number of labels.
        const method = METHODS.has(request.method) ? request.method : 'OTHER';
        this.#requests.at(route).at(method).at(status).values.push(micros(seconds));
        break;
      }
      case 'copy': {
        const { route, mirror, outcome, seconds } = event;
        const entry = this.#copies.at(route).at(mirror).at(outcome.outcome).at(outcome.reason);
        entry.values.push(micros(seconds));
        break;
      }
      case 'comparison':
        if (event.kind === 'mirror') this.#compared(event);
    }
  }

  #compared({ pair }: ComparisonEvent): void {
    const { route, mirror, comparison, primary, mirrorResponse } = pair;
    const reason = comparison.result === 'not_compared' ? comparison.reason : '';
    const isTimed = primary !== null && primary.seconds !== null && mirrorResponse.seconds !== null;
    this.#comparisons
      .at(route)
      .at(mirror)
      .at(comparison.result)
      .at(reason)
      .at(primary?.status ?? '')
      .at(mirrorResponse.status)
      .values.push(isTimed ? micros(mirrorResponse.seconds! - primary.seconds!) : NO_LAG);
  }
}

function* mirrorStates({ table }: InForce): Generator<MirrorState> {
  const now = performance.now();
  for (const { mirrors } of table(Date.now())?.routes() ?? [])
    for (const { route, name, inFlight, breaker, rate } of mirrors) {
      const isRated = !rate.has(now);
      if (inFlight.count > 0 || breaker.open || isRated)
        yield { route, mirror: name, inFlight: inFlight.count, isOpen: breaker.open, isRated };
    }
}

function micros(seconds: number): number {
  return Math.round(seconds * 1e6);
}

type Label = string | number;

/** Lists of values by labels. A tree, as the labels exist already while a joined key would be made for each event. */
class Tree {
  readonly values: number[] = [];
  readonly #children = new Map<Label, Tree>();

  at(label: Label): Tree {
    let child = this.#children.get(label);
    if (child === undefined) this.#children.set(label, (child = new Tree()));
    return child;
  }

  *entries(labels: readonly string[] = []): Generator<Entry> {
    if (this.values.length > 0) yield [labels, this.values];
    for (const [label, child] of this.#children) yield* child.entries([...labels, String(label)]);
  }
}
