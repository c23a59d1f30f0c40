import type { Recorded, Recording } from '../exchange/record.ts';
import { compact } from '../http/bytes.ts';
import type { Inbound } from '../http/inbound.ts';
import type { Outbound } from '../http/outbound.ts';
import type { CopiesOptions, PlannedCopies } from './copies.ts';
import type { Mirror } from './mirror.ts';
import type { SkipReason } from './outcome.ts';

/** Copies of a request without a body. */
export class Copies implements PlannedCopies {
  protected readonly mirrors: readonly Mirror[];
  protected readonly options: CopiesOptions;
  readonly #inbound: Inbound;

  constructor(inbound: Inbound, mirrors: readonly Mirror[], options: CopiesOptions) {
    this.#inbound = inbound;
    this.mirrors = mirrors;
    this.options = options;
  }

  send(primary: Outbound): Promise<unknown> {
    return this.sendAll(primary, null);
  }

  giveUp(): void {}

  giveUpWhenIdle(_milliseconds?: number): void {}

  protected sendAll(primary: Outbound, body: Uint8Array | null): Promise<unknown> {
    const { mirrors } = this;
    if (mirrors.length === 1) return this.#sendOne(mirrors[0]!, primary, body);
    return Promise.all(mirrors.map((mirror) => this.#sendOne(mirror, primary, body)));
  }

  protected skipAll(reason: SkipReason): void {
    for (const mirror of this.mirrors)
      this.options.onOutcome(this.#inbound, mirror, { outcome: 'skipped', reason }, 0);
  }

  #sendOne(mirror: Mirror, primary: Outbound, body: Uint8Array | null): Promise<void> {
    const { sender, onOutcome } = this.options;
    return sender.send(mirror, primary, body, (outcome, seconds) =>
      onOutcome(this.#inbound, mirror, outcome, seconds),
    );
  }
}

/** Copies of a request whose body came along with its head. */
export class WholeCopies extends Copies {
  readonly #body: Uint8Array;

  constructor(
    inbound: Inbound,
    mirrors: readonly Mirror[],
    options: CopiesOptions,
    body: Uint8Array,
  ) {
    super(inbound, mirrors, options);
    this.#body = compact(body);
  }

  override async send(primary: Outbound): Promise<void> {
    const { budget } = this.options;
    const { byteLength } = this.#body;
    if (!budget.reserve(byteLength)) return this.skipAll('memory_limit');
    try {
      await this.sendAll(primary, this.#body);
    } finally {
      budget.release(byteLength);
    }
  }
}

/** Copies of a request whose body is recorded on its way. */
export class RecordedCopies extends Copies {
  readonly #recording: Recording;

  constructor(
    inbound: Inbound,
    mirrors: readonly Mirror[],
    options: CopiesOptions,
    recording: Recording,
  ) {
    super(inbound, mirrors, options);
    this.#recording = recording;
  }

  override async send(primary: Outbound): Promise<void> {
    const { bytes, missing } = await this.#recorded();
    if (bytes === null) return this.skipAll(missing);
    try {
      await this.sendAll(primary, bytes);
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

  async #recorded(): Promise<Recorded> {
    const settled = this.options.sender.onAbandon(this.#recording.giveUp);
    const recorded = await this.#recording.done;
    settled();
    return recorded;
  }
}
