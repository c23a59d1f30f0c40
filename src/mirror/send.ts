import type { Outbound } from '../http/outbound.ts';
import { type Call, type SendCopy, TransportError } from '../http/transport.ts';
import type { Mirror } from './mirror.ts';
import { type Outcome, statusClass } from './outcome.ts';

/** Sends copies and knows which are under way. */
export interface CopySender {
  /** Sends a copy within the mirror's limits. Resolves with its outcome; never rejects. */
  send(mirror: Mirror, primary: Outbound, body: Uint8Array | null): Promise<Outcome>;
  /** Gives up all copies under way: they end as `failed: shutdown`. */
  abandon(): void;
}

export function copySender(sendCopy: SendCopy): CopySender {
  const underWay = new Set<Call<number>>();

  async function send(mirror: Mirror, copy: Outbound): Promise<Outcome> {
    const pass = mirror.breaker.pass(performance.now());
    let outcome: Outcome;
    try {
      outcome = { outcome: 'sent', reason: statusClass(await within(mirror.timeout, copy)) };
    } catch (error) {
      outcome = { outcome: 'failed', reason: reasonOf(error) };
    }
    mirror.inFlight.leave();
    // A copy that the gateway itself gave up says nothing about the mirror, but a probe must end.
    mirror.breaker.settle(pass, outcome.outcome === 'sent', performance.now());
    return outcome;
  }

  /** The deadline covers everything, to the last byte of the answer. */
  async function within(timeout: number, copy: Outbound): Promise<number> {
    const call = sendCopy(copy);
    const expire = () =>
      call.abort(new TransportError('timeout', `not answered within ${timeout / 1000} s`));
    const timer = setTimeout(expire, timeout);
    underWay.add(call);
    try {
      return await call.done;
    } finally {
      clearTimeout(timer);
      underWay.delete(call);
    }
  }

  return {
    async send(mirror, primary, body) {
      const now = performance.now();
      if (mirror.breaker.blocks(now)) return { outcome: 'skipped', reason: 'breaker_open' };
      if (!mirror.inFlight.enter()) return { outcome: 'skipped', reason: 'in_flight_limit' };
      if (!mirror.rate(now)) {
        mirror.inFlight.leave();
        return { outcome: 'skipped', reason: 'rate_limit' };
      }
      return send(mirror, mirror.copyOf(primary, body));
    },
    abandon() {
      for (const call of underWay)
        call.abort(new TransportError('shutdown', 'the gateway stopped'));
    },
  };
}

function reasonOf(error: unknown) {
  return error instanceof TransportError ? error.kind : 'reset';
}
