import type { MemoryBudget } from '../http/memory-budget.ts';
import type { Inbound } from '../http/messages.ts';
import type { ResponseTap } from '../http/transport.ts';
import type { ComparedMirror, MirrorOfRoute } from './compared-mirror.ts';
import type { Comparison } from './comparison.ts';
import type { RecordedResponse } from './recorded.ts';
import type { RedactTarget } from './redact.ts';
import type { ComparedPair } from './report/mirror-sums.ts';
import type { CompareRules } from './rules.ts';

/** Compares two responses, off the request path. Never rejects. */
export type CompareByRules = (
  rules: CompareRules,
  primary: RecordedResponse,
  mirror: RecordedResponse,
) => Promise<Comparison>;

/**
 * Called with each pair: exactly one for each sent copy that was chosen for comparison. A promise must not reject; it
 * is waited for by `done`.
 */
export type OnPair = (request: Inbound, pair: ComparedPair, kind: PairKind) => void | Promise<void>;

/** Whose response is compared with the primary's. */
export type PairKind = 'mirror' | 'baseline';

export interface ComparisonsOptions {
  /** Pays for what is recorded. */
  readonly budget: MemoryBudget;
  readonly compare: CompareByRules;
  /** `null`: there is always room to compare more. */
  readonly shed: Shed | null;
  /** Hides what the rules redact in a target. */
  readonly redactTarget: RedactTarget;
  readonly onPair: OnPair;
  /** Registers what is to be given up when the gateway stops; returns a function that removes the registration. */
  readonly onAbandon: (giveUp: () => void) => () => void;
}

/**
 * Follows a request without comparing anything, if there is no room to compare more; `null` if there is.
 *
 * @param chosen the mirrors that get a copy which is to be compared
 */
export type Shed = <M extends MirrorOfRoute>(
  inbound: Inbound,
  chosen: readonly M[],
  compared: ReadonlyMap<M, ComparedMirror<M>>,
  options: ComparisonsOptions,
) => RequestComparisons<M> | null;

/** Follows the responses to one request and to its copies that were chosen for comparison. */
export interface RequestComparisons<M extends MirrorOfRoute> {
  /** Further copies to send, to baselines. */
  readonly baselines: readonly M[];
  /** Observes the primary's response; `null`: nobody needs it. */
  readonly primaryTap: ResponseTap | null;
  /** Observes the response of a mirror or baseline; `null`: nobody needs it. */
  tapOf(sentTo: M): ResponseTap | null;
  /** To be called with the outcome of each copy. Returns true if a pair comes of it. */
  ended(sentTo: M, copy: CopyEnd): boolean;
  /** To be called with the status that the primary responded with, where no tap observes the response. */
  primaryResponded?(status: number): void;
  /** To be called when the primary failed: what its client gets is the gateway's own response. */
  primaryFailed(): void;
  /** Resolves when all pairs were told of, after the last `ended`. Never rejects. For `waitUntil` only. */
  done(): Promise<void>;
}

/** How a copy ended. */
export interface CopyEnd {
  readonly outcome: string;
  /** Of a copy that was sent. */
  readonly status?: number;
}

/** Tells `onPair` of a pair: at once, unless values must be redacted. */
export function tellPair<M extends MirrorOfRoute>(
  { redactTarget, onPair }: ComparisonsOptions,
  inbound: Inbound,
  mirror: M,
  { rules, keep }: ComparedMirror<M>,
  kind: PairKind,
  result: Pick<ComparedPair, 'comparison' | 'primary' | 'mirrorResponse'>,
): void | Promise<void> {
  const { method, id } = inbound;
  const tell = (target: string) =>
    onPair(
      inbound,
      {
        route: mirror.route,
        mirror: mirror.name,
        method,
        target,
        requestId: id,
        atMs: Date.now(),
        keep,
        ...result,
      },
      kind,
    );
  const target = redactTarget(rules.redact, inbound.target);
  return typeof target === 'string' ? tell(target) : target.then(tell);
}
