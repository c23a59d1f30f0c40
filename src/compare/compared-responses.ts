import type { Inbound } from '../http/messages.ts';
import type { NotRecorded } from '../http/recording.ts';
import type { ResponseTap } from '../http/transport.ts';
import type { ComparedMirror, MirrorOfRoute } from './compared-mirror.ts';
import type { Comparison, NotCompared } from './comparison.ts';
import { type RecordedResponse, ResponseRecording } from './recorded.ts';
import type { ComparedPair } from './report/mirror-sums.ts';
import {
  type ComparisonsOptions,
  type CopyEnd,
  type PairKind,
  type RequestComparisons,
  tellPair,
} from './request-comparisons.ts';

type Recorded = RecordedResponse | NotCompared;

/** A response of a mirror or baseline on its way. */
interface AwaitedResponse<M> {
  readonly sentTo: M;
  /** The mirror that the comparison is about. */
  readonly mirror: M;
  readonly kind: PairKind;
  /** `null` until the copy is sent. */
  recording: ResponseRecording | null;
  startedMs: number;
}

/** Records what the upstream responds with and what each chosen mirror does, and has them compared. */
export class ComparedResponses<M extends MirrorOfRoute> implements RequestComparisons<M> {
  readonly baselines: readonly M[];
  readonly #inbound: Inbound;
  readonly #compared: ReadonlyMap<M, ComparedMirror<M>>;
  readonly #options: ComparisonsOptions;
  readonly #startedMs = performance.now();
  readonly #primary: ResponseRecording;
  /** The primary's response, for as many as need it. */
  readonly #recorded: Promise<Recorded>;
  /** The same, once it is there. */
  #settled: Recorded | null = null;
  readonly #awaited: AwaitedResponse<M>[] = [];
  readonly #pairs: Promise<void>[] = [];
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
    this.#recorded = this.#primary.done.then(
      (recorded) => (this.#settled = this.#failure ?? recorded),
    );
  }

  get primaryTap(): ResponseTap {
    return this.#primary;
  }

  tapOf(sentTo: M): ResponseTap | null {
    const one = this.#awaited.find((awaited) => awaited.sentTo === sentTo);
    if (one === undefined) return null;
    one.startedMs = performance.now();
    one.recording = this.#record([one.mirror]);
    return one.recording;
  }

  #record(mirrors: readonly M[]): ResponseRecording {
    const limits = mirrors.map((mirror) => this.#compared.get(mirror)!.maxBodyBytes);
    return new ResponseRecording(Math.max(...limits), this.#options.budget);
  }

  ended(sentTo: M, { outcome, status }: CopyEnd): boolean {
    const one = this.#awaited.find((awaited) => awaited.sentTo === sentTo);
    const isPair = one !== undefined && outcome === 'sent';
    if (isPair) this.#pairs.push(this.#pair(one, status!));
    // The copy failed, perhaps after the head.
    else one?.recording?.discard();
    return isPair;
  }

  primaryFailed(): void {
    this.#failure ??= 'primary_failed';
    this.#primary.giveUp();
  }

  async done(): Promise<void> {
    await Promise.all(this.#pairs);
    // It may still be recorded, for nobody.
    this.#primary.discard();
  }

  #await(sentTo: M, mirror: M, kind: PairKind): void {
    this.#awaited.push({ sentTo, mirror, kind, recording: null, startedMs: 0 });
  }

  async #pair(one: AwaitedResponse<M>, status: number): Promise<void> {
    const recording = one.recording!;
    const comparison = await this.#compareWith(await recording.done, one.mirror);
    recording.release();
    await this.#tell(one, status, comparison);
  }

  async #compareWith(response: RecordedResponse | NotRecorded, mirror: M): Promise<Comparison> {
    if (typeof response === 'string') return notCompared(ofMirror(response));
    const { rules, maxBodyBytes } = this.#compared.get(mirror)!;
    const primary = this.#settled ?? (await this.#primaryWithin(mirror.timeout));
    if (typeof primary === 'string') return notCompared(primary);
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

  #tell(
    { mirror, kind, recording, startedMs }: AwaitedResponse<M>,
    status: number,
    comparison: Comparison,
  ): void | Promise<void> {
    const primary = this.#primary;
    return tellPair(this.#options, this.#inbound, mirror, this.#compared.get(mirror)!, kind, {
      comparison,
      primary: secondsOf(primary.status, primary.headAtMs, this.#startedMs),
      mirrorResponse: secondsOf(status, recording!.headAtMs, startedMs)!,
    });
  }
}

/** A status and the seconds until it came; `null` if none did. */
function secondsOf(
  status: number | null,
  headAtMs: number | null,
  startedMs: number,
): ComparedPair['primary'] {
  return status === null ? null : { status, seconds: (headAtMs! - startedMs) / 1000 };
}

/** A mirror that sent a status and no whole body has failed. */
function ofMirror(reason: NotRecorded): NotCompared {
  return reason === 'body_incomplete' ? 'mirror_failed' : reason;
}

function notCompared(reason: NotCompared): Comparison {
  return { result: 'not_compared', reason };
}
