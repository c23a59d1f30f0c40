import type { ConnectionLeft } from '../../http/transport.ts';
import { tokenBucket } from './token-bucket.ts';

/** What counts for how many: bytes that nobody reads cost the gateway, too. */
const COST: Readonly<Record<ConnectionLeft, number>> = { kept: 0, closed: 1, cut: 4 };

/** A connection with TLS takes eight times the processor time of one without, on Node. */
const TLS_COST = 8;

/** Connections that copies to a mirror have used up. `now` in milliseconds. */
export interface Churn {
  /** Takes note of what a copy left of its connection. */
  left(connection: ConnectionLeft, now: number): void;
  /** Connections used up beyond the rate, less those that it has made up for since. */
  excess(now: number): number;
}

/**
 * Keeps a mirror that uses up a connection for each copy (it closes them, breaks off, or answers
 * without end) from taking the gateway's time: a connection costs more than all else of a copy. Those
 * beyond the rate count as copies in flight until the rate has made up for them, so that further
 * copies find `max_in_flight` reached. No timer gives them back: on Workers it would end with the
 * request that set it.
 *
 * @param rate connections a second that copies to one mirror may use up
 * @param tls whether those are of TLS
 */
export function churn(rate: number, tls = false): Churn {
  const used = tokenBucket(rate);
  const factor = tls ? TLS_COST : 1;
  return {
    left(connection, now) {
      if (connection !== 'kept') used.owe(COST[connection] * factor, now);
    },
    excess: (now) => used.debt(now),
  };
}
