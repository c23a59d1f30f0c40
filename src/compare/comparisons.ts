import type { MemoryBudget } from '../http/memory-budget.ts';
import type { Inbound } from '../http/messages.ts';
import type { ResponseTap } from '../http/transport.ts';
import type { ComparedMirror, MirrorOfRoute } from './compared-mirror.ts';
import type { Comparison, NotCompared } from './comparison.ts';
import { type NotRecorded, type RecordedResponse, recordResponse } from './recorded.ts';
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
export type OnPair = (
  request: Inbound,
  pair: ComparedPair,
  kind: 'mirror' | 'baseline',
) => void | Promise<void>;

export interface ComparisonsOptions {
  /** Pays for what is recorded. */
  readonly budget: MemoryBudget;
  readonly compare: CompareByRules;
  /** Whether as many pairs wait to be compared as may: then nothing is recorded for a further one. */
  readonly isFull: () => boolean;
  /** Hides what the rules redact in a target. */
  readonly redactTarget: RedactTarget;
  readonly onPair: OnPair;
  /** Registers what is to be given up when the gateway stops; returns a function that removes the registration. */
  readonly onAbandon: (giveUp: () => void) => () => void;
}

type Recorded = RecordedResponse | NotCompared;

/**
 * Chooses by the head of a request which of its copies are compared; `null` if none is. To be called before the request
 * is sent to its upstream.
 *
 * @param copied the mirrors that get a copy
 * @param compared what is compared of which mirror of the route
 */
export function planComparisons<M extends MirrorOfRoute>(
  inbound: Inbound,
  copied: readonly M[],
  compared: ReadonlyMap<M, ComparedMirror<M>>,
  options: ComparisonsOptions,
): Comparisons<M> | null {
  const chosen = copied.filter((mirror) => compared.get(mirror)?.isCompared(inbound) === true);
  return chosen.length === 0 ? null : new Comparisons(inbound, chosen, compared, options);
}

/** A response of a mirror or baseline on its way. */
interface AwaitedResponse<M> {
  /** The mirror that the comparison is about. */
  readonly mirror: M;
  readonly kind: 'mirror' | 'baseline';
  /** `null` until the copy is sent. */
  recording: ReturnType<typeof recordResponse> | null;
  startedMs: number;
}

/** The comparisons of one request: what its upstream responds with what each chosen mirror does. */
export class Comparisons<M extends MirrorOfRoute> {
  /** Further copies to send, to baselines. */
  readonly baselines: readonly M[];
  /** Observes the primary's response. */
  readonly primaryTap: ResponseTap;
  readonly #inbound: Inbound;
  readonly #compared: ReadonlyMap<M, ComparedMirror<M>>;
  readonly #options: ComparisonsOptions;
  readonly #startedMs = performance.now();
  readonly #isOverloaded: boolean;
  readonly #primary: ReturnType<typeof recordResponse>;
  /** The primary's response, for as many as need it. */
  readonly #recorded: Promise<Recorded>;
  /** The same, once it is there. */
  #settled: Recorded | null = null;
  readonly #awaited = new Map<M, AwaitedResponse<M>>();
  readonly #pairs: Promise<void>[] = [];
  #status: number | null = null;
  #failure: NotCompared | null = null;

  constructor(
    inbound: Inbound,
    chosen: readonly M[],
    compared: ReadonlyMap<M, ComparedMirror<M>>,
    options: ComparisonsOptions,
  ) {
    this.#inbound = inbound;
    this.#compared = compared;
    this.#options = options;
    this.#isOverloaded = options.isFull();
    const baselines: M[] = [];
    for (const mirror of chosen) {
      const { baseline, isBaselined } = compared.get(mirror)!;
      this.#await(mirror, mirror, 'mirror');
      if (baseline === null || !isBaselined(inbound)) continue;
      this.#await(baseline, mirror, 'baseline');
      baselines.push(baseline);
    }
    this.baselines = baselines;
    this.#primary = this.#record(chosen);
    this.primaryTap = this.#tapped(this.#primary.tap);
    this.#recorded = this.#primary.done.then((recorded) => (this.#settled = this.#of(recorded)));
  }

  /** Observes the response of a mirror or baseline; `null` for a mirror that was not chosen. */
  tapOf(sentTo: M): ResponseTap | null {
    const one = this.#awaited.get(sentTo);
    if (one === undefined) return null;
    one.startedMs = performance.now();
    one.recording = this.#record([one.mirror]);
    return one.recording.tap;
  }

  /** Records a response for these mirrors; no bytes of it, if it would be compared with nobody's. */
  #record(mirrors: readonly M[]): ReturnType<typeof recordResponse> {
    const limits = mirrors.map((mirror) => this.#compared.get(mirror)!.maxBodyBytes);
    return recordResponse(this.#isOverloaded ? 0 : Math.max(...limits), this.#options.budget);
  }

  #of(recorded: RecordedResponse | NotRecorded): Recorded {
    if (typeof recorded !== 'string') return recorded;
    return this.#failure ?? (this.#isOverloaded ? 'overload' : recorded);
  }

  /** To be called with the outcome of each copy. Returns true if a pair comes of it. */
  ended(
    sentTo: M,
    { outcome, status }: { readonly outcome: string; readonly status?: number },
  ): boolean {
    const one = this.#awaited.get(sentTo);
    if (one === undefined) return false;
    this.#awaited.delete(sentTo);
    const isSent = outcome === 'sent';
    if (isSent) this.#pairs.push(this.#pair(one, status!));
    else this.#drop(one);
    return isSent;
  }

  /** Nobody needs this response: its copy failed, perhaps after the head. */
  #drop({ recording }: AwaitedResponse<M>): void {
    recording?.giveUp();
    recording?.release();
  }

  /** To be called when the primary failed: what its client gets is the gateway's own response. */
  primaryFailed(): void {
    this.#failure ??= 'primary_failed';
    this.#primary.giveUp();
  }

  /** Resolves when all pairs were told of, after the last `ended`. Never rejects. For `waitUntil` only. */
  async done(): Promise<void> {
    await Promise.all(this.#pairs);
    // It may still be recorded, for nobody.
    this.#primary.giveUp();
    this.#primary.release();
  }

  #await(sentTo: M, mirror: M, kind: AwaitedResponse<M>['kind']): void {
    this.#awaited.set(sentTo, { mirror, kind, recording: null, startedMs: 0 });
  }

  /** The tap, which also notes the status: known even if the body is not recorded. */
  #tapped(tap: ResponseTap): ResponseTap {
    const note = (status: number) => (this.#status = status);
    return {
      head(status, headers, length) {
        note(status);
        tap.head(status, headers, length);
      },
      get wanted() {
        return tap.wanted;
      },
      chunk: (bytes) => tap.chunk(bytes),
      end: (isComplete, trailers) => tap.end(isComplete, trailers),
    };
  }

  async #pair(one: AwaitedResponse<M>, status: number): Promise<void> {
    const recording = one.recording!;
    const comparison = await this.#compareWith(await recording.done, one.mirror);
    recording.release();
    await this.#tell(one, status, comparison);
  }

  async #compareWith(response: RecordedResponse | NotRecorded, mirror: M): Promise<Comparison> {
    const isMissing = typeof response === 'string';
    if (isMissing && !this.#isOverloaded) return notCompared(ofMirror(response));
    const { rules, maxBodyBytes } = this.#compared.get(mirror)!;
    // Also if it is not compared: its time to the head belongs to the pair.
    const primary = this.#settled ?? (await this.#primaryWithin(mirror.timeout));
    if (typeof primary === 'string') return notCompared(primary);
    if (isMissing) return notCompared('overload');
    if (primary.body.byteLength > maxBodyBytes) return notCompared('body_too_large');
    return this.#options.compare(rules, primary, response);
  }

  /**
   * The primary's response, if it is there within the time that the mirror has: it would be held all the time. Another mirror
   * may have more.
   */
  async #primaryWithin(milliseconds: number): Promise<Recorded> {
    let giveUp!: (reason: NotCompared) => void;
    const givenUp = new Promise<NotCompared>((resolve) => (giveUp = resolve));
    const timer = setTimeout(() => giveUp('body_incomplete'), milliseconds);
    const settled = this.#options.onAbandon(() => giveUp('shutdown'));
    const recorded = await Promise.race([this.#recorded, givenUp]);
    clearTimeout(timer);
    settled();
    return recorded;
  }

  async #tell(
    { mirror, kind, recording, startedMs }: AwaitedResponse<M>,
    status: number,
    comparison: Comparison,
  ): Promise<void> {
    const { headAtMs } = this.#primary;
    const { method, target, id } = this.#inbound;
    const { rules, keep } = this.#compared.get(mirror)!;
    const pair: ComparedPair = {
      route: mirror.route,
      mirror: mirror.host,
      method,
      target: await this.#options.redactTarget(rules.redact, target),
      requestId: id,
      atMs: Date.now(),
      comparison,
      primary:
        this.#status === null
          ? null
          : { status: this.#status, seconds: (headAtMs! - this.#startedMs) / 1000 },
      mirrorResponse: { status, seconds: (recording!.headAtMs! - startedMs) / 1000 },
      keep,
    };
    await this.#options.onPair(this.#inbound, pair, kind);
  }
}

/** A mirror that sent a status and no whole body has failed. */
function ofMirror(reason: NotRecorded): NotCompared {
  return reason === 'body_incomplete' ? 'mirror_failed' : reason;
}

function notCompared(reason: NotCompared): Comparison {
  return { result: 'not_compared', reason };
}
