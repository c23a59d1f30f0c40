import { compact } from '../http/bytes.ts';
import type { MemoryBudget } from '../http/memory-budget.ts';
import type { NotRecorded } from '../http/recording.ts';
import type { Inbound, Outbound } from '../http/messages.ts';
import type { ResponseTap } from '../http/transport.ts';
import type { Mirror } from './mirror.ts';
import type { Outcome, SkipReason } from './outcome.ts';
import { Recording } from './record.ts';
import type { CopySender, Report } from './send.ts';

/**
 * Called with every outcome: exactly one per matched request and mirror. A promise must not reject; `send` waits for it.
 *
 * @param isFollowed true if the observer of the copies goes on with the response
 */
export type OnOutcome = (
  request: Inbound,
  mirror: Mirror,
  outcome: Outcome,
  seconds: number,
  isFollowed?: boolean,
) => void | Promise<void>;

export interface CopiesOptions {
  readonly sender: CopySender;
  readonly budget: MemoryBudget;
  readonly onOutcome: OnOutcome;
  /**
   * Hides what a mirror must not get in the request and the body that its copy is made of. Called if `redact.copy` says
   * so. A reason: the copy must not be sent.
   */
  readonly redactCopy: (
    mirror: Mirror,
    primary: Outbound,
    body: Uint8Array | null,
  ) => Promise<{ readonly request: Outbound; readonly body: Uint8Array | null } | SkipReason>;
}

/** Follows the copies of one request, to see what mirrors respond. */
export interface CopyObserver {
  /** Further copies, to baselines of the mirrors. Their outcomes are told to the observer alone. */
  readonly baselines: readonly Mirror[];
  /** Observes the response of this mirror; `null`: nobody needs it. Called when the copy is about to be sent. */
  tapOf(mirror: Mirror): ResponseTap | null;
  /** Called once for each mirror and baseline. Returns true if the observer goes on with the response. */
  ended(mirror: Mirror, outcome: Outcome): boolean;
  /** Called after the last `ended`. Resolves when the observer has nothing more to do; never rejects. */
  done(): Promise<void>;
}

/** Makes the observer of a request's copies; `null` if nobody needs one. */
export type Observe<O extends CopyObserver> = (chosen: readonly Mirror[]) => O | null;

/** The copies that a request is to get. */
export interface PlannedCopies<O extends CopyObserver = CopyObserver> {
  readonly observer: O | null;
  /**
   * Sends the copies as soon as the whole body is recorded. The promise never rejects. It is for `waitUntil` only:
   * the primary must not wait for it.
   */
  send(primary: Outbound): Promise<unknown>;
  /** To be called when the primary failed: the rest of the body will not come, so recording ends. */
  giveUp(): void;
  /**
   * Goes on recording, but gives up once the body stalls: an upstream that has responded may leave the rest of the
   * body unread, and not every runtime reports that.
   *
   * @param milliseconds shortest stall that counts; noticed after at most twice as long. Default: the longest
   * `timeout` of the mirrors
   */
  giveUpWhenIdle(milliseconds?: number): void;
}

/**
 * Decides by the head of a request which mirrors get a copy, and starts recording the body. `null` if no mirror
 * gets one. To be called before the upload is read.
 */
export function planCopies<O extends CopyObserver>(
  inbound: Inbound,
  mirrors: readonly Mirror[],
  options: CopiesOptions,
  observe: Observe<O> | null = null,
): PlannedCopies<O> | null {
  const mirrored = choose(inbound, mirrors, options.onOutcome);
  if (mirrored.length === 0) return null;
  const observer = observe === null ? null : observe(mirrored);
  const chosen = observer === null ? mirrored : [...mirrored, ...observer.baselines];
  const { upload } = inbound;
  if (upload === null) return new Copies(inbound, chosen, options, observer);
  if (upload.buffered !== null)
    return new BufferedCopies(inbound, chosen, options, observer, upload.buffered);
  const limit = Math.max(...chosen.map(({ maxBodySize }) => maxBodySize));
  const recording = new Recording(limit, options.budget);
  upload.tap(recording);
  return new RecordedCopies(inbound, chosen, options, observer, recording);
}

const NONE: readonly Mirror[] = [];

/** The mirrors that get a copy; reports the others as skipped. Allocates a list only if there are both. */
function choose(
  inbound: Inbound,
  mirrors: readonly Mirror[],
  onOutcome: OnOutcome,
): readonly Mirror[] {
  let some: Mirror[] | null = null;
  for (let i = 0; i < mirrors.length; i++) {
    const mirror = mirrors[i]!;
    const reason = mirror.skipReason(inbound);
    if (reason === null) {
      some?.push(mirror);
      continue;
    }
    void onOutcome(inbound, mirror, { outcome: 'skipped', reason }, 0);
    if (mirrors.length === 1) return NONE;
    some ??= mirrors.slice(0, i);
  }
  return some ?? mirrors;
}

/** Copies of a request without a body. */
class Copies<O extends CopyObserver> implements PlannedCopies<O> {
  readonly observer: O | null;
  protected readonly mirrors: readonly Mirror[];
  protected readonly options: CopiesOptions;
  readonly #inbound: Inbound;

  constructor(
    inbound: Inbound,
    mirrors: readonly Mirror[],
    options: CopiesOptions,
    observer: O | null,
  ) {
    this.observer = observer;
    this.#inbound = inbound;
    this.mirrors = mirrors;
    this.options = options;
  }

  send(primary: Outbound): Promise<unknown> {
    const sent = this.deliver(primary);
    const { observer } = this;
    return observer === null ? sent : sent.then(() => observer.done());
  }

  protected deliver(primary: Outbound): Promise<unknown> {
    return this.sendAll(primary, null);
  }

  giveUp(): void {}

  giveUpWhenIdle(_milliseconds?: number): void {}

  protected sendAll(primary: Outbound, body: Uint8Array | null): Promise<unknown> {
    const { mirrors } = this;
    if (mirrors.length === 1) return this.#sendOne(mirrors[0]!, primary, body);
    return Promise.all(mirrors.map((mirror) => this.#sendOne(mirror, primary, body)));
  }

  protected skipAll(reason: SkipReason): Promise<unknown> {
    return Promise.all(this.mirrors.map((mirror) => this.#skip(mirror, reason)));
  }

  #skip(mirror: Mirror, reason: SkipReason): void | Promise<void> {
    return this.#ended(mirror, { outcome: 'skipped', reason }, 0);
  }

  #sendOne(mirror: Mirror, primary: Outbound, body: Uint8Array | null): Promise<void> {
    return mirror.config.redact?.copy === true
      ? this.#sendRedacted(mirror, primary, body)
      : this.#sendNow(mirror, primary, body);
  }

  async #sendRedacted(mirror: Mirror, primary: Outbound, body: Uint8Array | null): Promise<void> {
    const { budget, redactCopy } = this.options;
    // Paid for beforehand: a body with hashes in it is about as long as it was.
    const bytes = body === null ? 0 : body.byteLength;
    if (!budget.reserve(bytes)) return this.#skip(mirror, 'memory_limit');
    try {
      const redacted = await redactCopy(mirror, primary, body);
      if (typeof redacted === 'string') return await this.#skip(mirror, redacted);
      await this.#sendNow(mirror, redacted.request, redacted.body);
    } finally {
      budget.release(bytes);
    }
  }

  #sendNow(mirror: Mirror, primary: Outbound, body: Uint8Array | null): Promise<void> {
    const report: Report = (outcome, seconds) => this.#ended(mirror, outcome, seconds);
    const tap = this.observer === null ? null : this.observer.tapOf(mirror);
    return this.options.sender.send(mirror, primary, body, report, tap);
  }

  #ended(mirror: Mirror, outcome: Outcome, seconds: number): void | Promise<void> {
    const isFollowed = this.observer?.ended(mirror, outcome);
    if (mirror.isBaseline) return;
    return this.options.onOutcome(this.#inbound, mirror, outcome, seconds, isFollowed);
  }
}

/** Copies of a request whose body arrived together with its head. */
class BufferedCopies<O extends CopyObserver> extends Copies<O> {
  readonly #body: Uint8Array;

  constructor(
    inbound: Inbound,
    mirrors: readonly Mirror[],
    options: CopiesOptions,
    observer: O | null,
    body: Uint8Array,
  ) {
    super(inbound, mirrors, options, observer);
    this.#body = compact(body);
  }

  protected override async deliver(primary: Outbound): Promise<unknown> {
    const { budget } = this.options;
    const { byteLength } = this.#body;
    if (!budget.reserve(byteLength)) return this.skipAll('memory_limit');
    try {
      return await this.sendAll(primary, this.#body);
    } finally {
      budget.release(byteLength);
    }
  }
}

/** Copies of a request whose body is recorded while it streams to the upstream. */
class RecordedCopies<O extends CopyObserver> extends Copies<O> {
  readonly #recording: Recording;

  constructor(
    inbound: Inbound,
    mirrors: readonly Mirror[],
    options: CopiesOptions,
    observer: O | null,
    recording: Recording,
  ) {
    super(inbound, mirrors, options, observer);
    this.#recording = recording;
  }

  protected override async deliver(primary: Outbound): Promise<unknown> {
    const body = await this.#recorded();
    if (typeof body === 'string') return this.skipAll(body);
    try {
      return await this.sendAll(primary, body);
    } finally {
      this.#recording.release();
    }
  }

  override giveUp(): void {
    this.#recording.giveUp();
  }

  override giveUpWhenIdle(
    milliseconds: number = Math.max(...this.mirrors.map(({ timeout }) => timeout)),
  ): void {
    this.#recording.giveUpWhenIdle(milliseconds);
  }

  async #recorded(): Promise<Uint8Array | NotRecorded> {
    const settled = this.options.sender.onAbandon(() => this.#recording.giveUp());
    const recorded = await this.#recording.done;
    settled();
    return recorded;
  }
}
