import type { Outbound } from '../http/messages.ts';
import {
  type Call,
  type ConnectionLeft,
  type CopyResponse,
  type SendCopy,
  TransportError,
} from '../http/transport.ts';
import type { Mirror } from './mirror.ts';
import { type Outcome, type SkipReason, statusClass } from './outcome.ts';

/** Told once what became of a copy, and how long that took. */
export type Report = (outcome: Outcome, seconds: number) => void;

/** Sends copies and knows which are under way. */
export interface CopySender {
  /** Sends a copy within the mirror's limits. Resolves when its outcome was told; never rejects. */
  send(mirror: Mirror, primary: Outbound, body: Uint8Array | null, report: Report): Promise<void>;
  /**
   * Calls `giveUp` when the gateway stops waiting for copies. To be undone with what it returns by
   * everything that ends before.
   */
  onAbandon(giveUp: () => void): () => void;
  /** Gives up all copies under way, and those to come: they end as `failed: shutdown`. */
  abandon(): void;
}

const DONE = Promise.resolve();

/**
 * Copies in flight to all mirrors together. Each mirror has a limit of its own, but a thousand routes
 * have a thousand mirrors, and each copy holds a socket, a timer and up to 40 KiB of fields. More than
 * a process can use: it sends some 25,000 a second, so that mirrors have 160 ms for each.
 */
const MOST_COPIES = 4096;

/** @param bearable copies in flight that the runtime can bear */
export function copySender(sendCopy: SendCopy, bearable: number = Infinity): CopySender {
  const most = Math.min(MOST_COPIES, bearable);
  const inFlight = new Slots<Call<CopyResponse>>();
  const recordings = new Slots<() => void>();
  let abandoned = false;

  /** Takes a place in flight, or tells which limit is reached. */
  function limit(mirror: Mirror, body: Uint8Array | null, now: number): Outcome | null {
    // Mirrors of one route may have different limits; a recording has the largest.
    if (body !== null && body.byteLength > mirror.maxBodySize) return skipped('body_too_large');
    if (mirror.breaker.blocks(now)) return skipped('breaker_open');
    if (inFlight.size >= most || !mirror.inFlight.acquire(now)) return skipped('in_flight_limit');
    if (mirror.rate.take(now)) return null;
    mirror.inFlight.release();
    return skipped('rate_limit');
  }

  /** A copy that has its place among those in flight. */
  function send(mirror: Mirror, copy: Outbound, started: number, report: Report): Promise<void> {
    const pass = mirror.breaker.pass(started);
    const call = sendCopy(copy, mirror.timeout);
    const slot = inFlight.take(call);
    return call.done.then(
      ({ status, connection }) =>
        settle({ outcome: 'sent', reason: statusClass(status), status }, connection),
      (error: unknown) => {
        const blameless = error instanceof TransportError && error.blameless;
        settle(failure(error), 'closed', blameless);
      },
    );

    /** @param blameless the mirror had no part in it */
    function settle(outcome: Outcome, connection: ConnectionLeft, blameless = false): void {
      inFlight.free(slot);
      const now = performance.now();
      mirror.inFlight.release();
      mirror.churn.released(connection, now);
      if (blameless) mirror.breaker.release(pass);
      else mirror.breaker.settle(pass, outcome.outcome === 'sent', now);
      report(outcome, (now - started) / 1000);
    }
  }

  return {
    send(mirror, primary, body, report) {
      const now = performance.now();
      const outcome = abandoned ? failure(stopped()) : limit(mirror, body, now);
      if (outcome === null) return send(mirror, mirror.copyOf(primary, body), now, report);
      report(outcome, 0);
      return DONE;
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
 * What is under way, each in a slot that the next one takes over. Not a `Set`: V8 makes a new table for
 * one after every few entries, and each old table keeps what was in it, and the tables after it, until
 * the next full collection. At 6,000 copies a second that was 1.3 MB a second, and full collections
 * whose pauses the primary felt.
 */
export class Slots<T> {
  readonly #values: (T | null)[] = [];
  readonly #free: number[] = [];

  /** @returns the slot, to be freed when it is over */
  take(value: T): number {
    const slot = this.#free.pop() ?? this.#values.length;
    this.#values[slot] = value;
    return slot;
  }

  free(slot: number): void {
    this.#values[slot] = null;
    this.#free.push(slot);
  }

  /** How many are taken now. */
  get size(): number {
    return this.#values.length - this.#free.length;
  }

  /** Those whose slots are taken now. */
  get all(): T[] {
    return this.#values.filter((value) => value !== null);
  }
}
