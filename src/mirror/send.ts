import type { Outbound } from '../http/messages.ts';
import { statusClass } from '../http/status.ts';
import {
  type Call,
  type ConnectionLeft,
  type CopyResponse,
  type ResponseTap,
  type SendCopy,
  TransportError,
} from '../http/transport.ts';
import type { Mirror } from './mirror.ts';
import type { Outcome, SkipReason } from './outcome.ts';

/** Called once per copy with its outcome and duration. A promise must not reject; `send` waits for it. */
export type Report = (outcome: Outcome, seconds: number) => void | Promise<void>;

/** Sends copies and keeps track of those in flight. */
export interface CopySender {
  /**
   * Sends a copy within the mirror's limits. Resolves after the outcome was reported; never rejects.
   *
   * @param tap observes the response, if there is one
   */
  send(
    mirror: Mirror,
    primary: Outbound,
    body: Uint8Array | null,
    report: Report,
    tap?: ResponseTap | null,
  ): Promise<void>;
  /**
   * Registers a recording that is to be given up when the gateway stops waiting for copies.
   *
   * @returns a function that removes the registration; to be called when the recording is done
   */
  onAbandon(giveUp: () => void): () => void;
  /** Aborts all copies in flight and all further ones: they end as `failed: shutdown`. */
  abandon(): void;
}

const DONE = Promise.resolve();

/**
 * Copies in flight to all mirrors together. Each mirror has its own limit, but a thousand routes may have a thousand
 * mirrors, and each copy holds a socket, a timer and up to 40 KiB of fields. Enough for full speed: a process sends
 * about 25,000 copies per second, so that mirrors may take 160 ms for each.
 */
const MAX_COPIES = 4096;

/** @param runtimeLimit copies in flight that the runtime can handle */
export function copySender(sendCopy: SendCopy, runtimeLimit: number = Infinity): CopySender {
  const most = Math.min(MAX_COPIES, runtimeLimit);
  const inFlight = new Slots<Call<CopyResponse>>();
  const recordings = new Slots<() => void>();
  let abandoned = false;

  /** Reserves a place in flight and returns `null`, or returns the outcome `skipped` with the limit that is reached. */
  function reserve(mirror: Mirror, body: Uint8Array | null, now: number): Outcome | null {
    // The body is recorded up to the largest limit of the route's mirrors; this mirror's may be lower.
    if (body !== null && body.byteLength > mirror.maxBodySize) return skipped('body_too_large');
    if (mirror.breaker.blocks(now)) return skipped('breaker_open');
    if (inFlight.size >= most || !mirror.inFlight.acquire(now)) return skipped('in_flight_limit');
    if (mirror.rate.take(now)) return null;
    mirror.inFlight.release();
    return skipped('rate_limit');
  }

  /** Sends a copy that has a place in flight. */
  function send(
    mirror: Mirror,
    copy: Outbound,
    started: number,
    report: Report,
    tap: ResponseTap | null,
  ): Promise<void> {
    const pass = mirror.breaker.pass(started);
    const call = sendCopy(copy, mirror.timeout, tap);
    const slot = inFlight.take(call);
    return call.done.then(
      ({ status, connection }) =>
        settle({ outcome: 'sent', reason: statusClass(status), status }, connection),
      (error: unknown) => {
        const blameless = error instanceof TransportError && error.blameless;
        return settle(failure(error), 'closed', blameless);
      },
    );

    /** @param blameless true if the mirror did not cause the failure */
    function settle(
      outcome: Outcome,
      connection: ConnectionLeft,
      blameless = false,
    ): void | Promise<void> {
      inFlight.free(slot);
      const now = performance.now();
      mirror.inFlight.release();
      mirror.churn.released(connection, now);
      if (blameless) mirror.breaker.release(pass);
      else mirror.breaker.settle(pass, outcome.outcome === 'sent', now);
      return report(outcome, (now - started) / 1000);
    }
  }

  return {
    send(mirror, primary, body, report, tap = null) {
      const now = performance.now();
      const outcome = abandoned ? failure(stopped()) : reserve(mirror, body, now);
      if (outcome === null) return send(mirror, mirror.copyOf(primary, body), now, report, tap);
      return report(outcome, 0) ?? DONE;
    },
    onAbandon(giveUp) {
      if (abandoned) giveUp();
      const slot = recordings.take(giveUp);
      return () => recordings.free(slot);
    },
    abandon() {
      abandoned = true;
      for (const giveUp of recordings.all) giveUp();
      for (const call of inFlight.all) call.abort(stopped());
    },
  };
}

function skipped(reason: SkipReason): Outcome {
  return { outcome: 'skipped', reason };
}

function stopped(): TransportError {
  return new TransportError('shutdown', 'the gateway stopped');
}

function failure(error: unknown): Outcome {
  const detail = error instanceof Error ? error.message : String(error);
  const reason = error instanceof TransportError ? error.kind : 'reset';
  return { outcome: 'failed', reason, detail };
}

/**
 * A set of items in flight, in slots that are reused. Not a `Set`: while entries come and go, V8 allocates a new table
 * for it every few entries, and each old table keeps its entries and the tables after it alive until the next full
 * collection. At 6,000 copies per second that was 1.3 MB per second, and full collections that delayed the primary.
 */
export class Slots<T> {
  readonly #values: (T | null)[] = [];
  readonly #free: number[] = [];

  /** @returns the slot, to be freed when the item is done */
  take(value: T): number {
    const slot = this.#free.pop() ?? this.#values.length;
    this.#values[slot] = value;
    return slot;
  }

  free(slot: number): void {
    this.#values[slot] = null;
    this.#free.push(slot);
  }

  /** Number of items. */
  get size(): number {
    return this.#values.length - this.#free.length;
  }

  /** All items. */
  get all(): T[] {
    return this.#values.filter((value) => value !== null);
  }
}
