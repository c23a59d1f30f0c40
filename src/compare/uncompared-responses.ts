import type { Inbound } from '../http/messages.ts';
import type { ComparedMirror, MirrorOfRoute } from './compared-mirror.ts';
import type { NotCompared } from './comparison.ts';
import {
  type ComparisonsOptions,
  type CopyEnd,
  type RequestComparisons,
  type Shed,
  tellPair,
} from './request-comparisons.ts';

/** Part of the memory for recordings that is for responses which are being recorded: no further ones begin then. */
const NEARLY_FULL = 3 / 4;

/**
 * Sheds while what compares cannot keep up, or recordings take nearly all memory that they may: to try for the rest
 * mostly costs time for nothing.
 *
 * @param isFull whether as many pairs wait to be compared as may
 */
export function shedWhile(isFull: () => boolean): Shed {
  return (inbound, chosen, compared, options) => {
    const { held, limit } = options.budget;
    const isShort = held > limit * NEARLY_FULL;
    const reason = isFull() ? 'overload' : isShort ? 'memory_limit' : null;
    return reason === null
      ? null
      : new UncomparedResponses(inbound, chosen, compared, options, reason);
  };
}

const NONE: readonly never[] = [];
const DONE = Promise.resolve();

/**
 * Follows the statuses alone, while there is no room to compare more. Records nothing and measures no times, so that a
 * request costs hardly more than one that is not compared.
 */
class UncomparedResponses<M extends MirrorOfRoute> implements RequestComparisons<M> {
  readonly baselines: readonly M[] = NONE;
  readonly primaryTap = null;
  readonly #inbound: Inbound;
  readonly #chosen: readonly M[];
  readonly #compared: ReadonlyMap<M, ComparedMirror<M>>;
  readonly #options: ComparisonsOptions;
  #reason: NotCompared;
  /** `null`: there is none. `undefined` until the primary responds or fails. */
  #primaryStatus: number | null | undefined = undefined;
  /** Copies that were sent before that. */
  #sent: { readonly mirror: M; readonly status: number }[] | null = null;
  #telling: Promise<void>[] | null = null;
  #onSettled: () => void = () => {};

  /** @param reason why nothing is compared */
  constructor(
    inbound: Inbound,
    chosen: readonly M[],
    compared: ReadonlyMap<M, ComparedMirror<M>>,
    options: ComparisonsOptions,
    reason: NotCompared,
  ) {
    this.#inbound = inbound;
    this.#chosen = chosen;
    this.#compared = compared;
    this.#options = options;
    this.#reason = reason;
  }

  tapOf(): null {
    return null;
  }

  ended(mirror: M, { outcome, status }: CopyEnd): boolean {
    if (outcome !== 'sent' || !this.#chosen.includes(mirror)) return false;
    if (this.#primaryStatus === undefined) (this.#sent ??= []).push({ mirror, status: status! });
    else this.#tell(mirror, status!);
    return true;
  }

  primaryResponded(status: number): void {
    this.#settle(status);
  }

  primaryFailed(): void {
    this.#reason = 'primary_failed';
    this.#settle(null);
  }

  done(): Promise<void> {
    return this.#sent === null && this.#telling === null ? DONE : this.#allTold();
  }

  async #allTold(): Promise<void> {
    if (this.#sent !== null) await this.#primaryEnd();
    await Promise.all(this.#telling ?? []);
  }

  /** Resolves when the primary has responded or failed, or the gateway no longer waits for it. */
  async #primaryEnd(): Promise<void> {
    const settled = new Promise<void>((resolve) => (this.#onSettled = resolve));
    const remove = this.#options.onAbandon(() => {
      this.#reason = 'shutdown';
      this.#settle(null);
    });
    await settled;
    remove();
  }

  #settle(primaryStatus: number | null): void {
    if (this.#primaryStatus !== undefined) return;
    this.#primaryStatus = primaryStatus;
    for (const { mirror, status } of this.#sent ?? []) this.#tell(mirror, status);
    this.#sent = null;
    this.#onSettled();
  }

  #tell(mirror: M, status: number): void {
    const primary = this.#primaryStatus!;
    const compared = this.#compared.get(mirror)!;
    const told = tellPair(this.#options, this.#inbound, mirror, compared, 'mirror', {
      comparison: { result: 'not_compared', reason: this.#reason },
      primary: primary === null ? null : { status: primary, seconds: null },
      mirrorResponse: { status, seconds: null },
    });
    if (told !== undefined) (this.#telling ??= []).push(told);
  }
}
