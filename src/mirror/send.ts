import type { Outbound } from '../http/outbound.ts';
import {
  type ConnectionLeft,
  type CopyAnswer,
  type SendCopy,
  TransportError,
} from '../http/transport.ts';
import type { Mirror } from './mirror.ts';
import { type Outcome, statusClass } from './outcome.ts';

/** Sends copies and knows which are under way. */
export interface CopySender {
  /** Sends a copy within the mirror's limits. Resolves with its outcome; never rejects. */
  send(mirror: Mirror, primary: Outbound, body: Uint8Array | null): Promise<Outcome>;
  /**
   * Calls `giveUp` when the gateway stops waiting for copies. To be undone with what it returns by
   * everything that ends before.
   */
  onAbandon(giveUp: () => void): () => void;
  /** Gives up all copies under way, and those to come: they end as `failed: shutdown`. */
  abandon(): void;
}

export function copySender(sendCopy: SendCopy): CopySender {
  const underWay = new Set<() => void>();
  let abandoned = false;

  async function send(mirror: Mirror, primary: Outbound, body: Uint8Array | null) {
    const pass = mirror.breaker.pass(performance.now());
    let outcome: Outcome;
    let connection: ConnectionLeft = 'closed';
    try {
      const answer = await within(mirror.timeout, mirror.copyOf(primary, body));
      const { status } = answer;
      ({ connection } = answer);
      outcome = { outcome: 'sent', reason: statusClass(status), status };
    } catch (error) {
      outcome = failure(error);
    }
    const now = performance.now();
    mirror.leave(connection, now);
    mirror.breaker.settle(pass, outcome.outcome === 'sent', now);
    return outcome;
  }

  /** The deadline covers everything, to the last byte of the answer. */
  async function within(timeout: number, copy: Outbound): Promise<CopyAnswer> {
    const call = sendCopy(copy);
    const expire = () =>
      call.abort(new TransportError('timeout', `not answered within ${timeout / 1000} s`));
    const timer = setTimeout(expire, timeout);
    const ended = onAbandon(() => call.abort(stopped()));
    try {
      return await call.done;
    } finally {
      clearTimeout(timer);
      ended();
    }
  }

  function onAbandon(giveUp: () => void): () => void {
    if (abandoned) giveUp();
    else underWay.add(giveUp);
    return () => underWay.delete(giveUp);
  }

  return {
    onAbandon,
    async send(mirror, primary, body) {
      if (abandoned) return failure(stopped());
      const now = performance.now();
      if (mirror.breaker.blocks(now)) return { outcome: 'skipped', reason: 'breaker_open' };
      if (!mirror.inFlight.enter()) return { outcome: 'skipped', reason: 'in_flight_limit' };
      if (!mirror.rate.take(now)) {
        mirror.inFlight.leave();
        return { outcome: 'skipped', reason: 'rate_limit' };
      }
      return send(mirror, primary, body);
    },
    abandon() {
      abandoned = true;
      for (const giveUp of underWay) giveUp();
      underWay.clear();
    },
  };
}

function stopped(): TransportError {
  return new TransportError('shutdown', 'the gateway stopped');
}

function failure(error: unknown): Outcome {
  const detail = error instanceof Error ? error.message : String(error);
  const reason = error instanceof TransportError ? error.kind : 'reset';
  return { outcome: 'failed', reason, detail };
}
