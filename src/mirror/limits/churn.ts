import type { ConnectionLeft } from '../../http/transport.ts';
import type { InFlight } from './in-flight.ts';
import { tokenBucket } from './token-bucket.ts';

/** What counts for how many: bytes that nobody reads cost the gateway, too. */
const COST: Readonly<Record<ConnectionLeft, number>> = { kept: 0, closed: 1, cut: 4 };

/** Milliseconds that the place of a copy beyond it stays empty. */
const REST = 1000;

/** Gives the place of a copy back, by what the copy left of its connection. `now` in milliseconds. */
export type Churn = (connection: ConnectionLeft, now: number) => void;

/**
 * Keeps a mirror that uses up a connection for each copy (it closes them, breaks off, or answers
 * without end) from taking the gateway's time: a connection costs more than all else of a copy.
 * Beyond the rate their places stay empty for a second, so that further copies find
 * `max_in_flight` reached; who wants more of them raises that.
 *
 * @param rate connections a second that copies to one mirror may use up
 */
export function churn(rate: number, places: InFlight): Churn {
  const used = tokenBucket(rate);
  return (connection, now) => {
    let within = true;
    for (let cost = COST[connection]; cost > 0; cost--) within &&= used.take(now);
    if (within) places.leave();
    else places.leaveFor(REST);
  };
}
