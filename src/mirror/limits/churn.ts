import type { ConnectionLeft } from '../../http/transport.ts';
import { tokenBucket } from './token-bucket.ts';

/** Connections a second that copies to one mirror may use up. */
const RATE = 500;

/** What counts for how many: bytes that nobody reads cost the gateway, too. */
const COST: Readonly<Record<ConnectionLeft, number>> = { kept: 0, closed: 1, cut: 4 };

/** Milliseconds that a copy beyond it keeps its place. */
const HOLD = 1000;

/** Gives places of copies back. Times in milliseconds. */
export interface Churn {
  /**
   * Calls `leave` when the place of a copy may be taken again.
   *
   * @param connection what the copy left of it
   */
  ended(connection: ConnectionLeft, now: number, leave: () => void): void;
}

/**
 * Keeps a mirror that uses up a connection for each copy (it closes them, breaks off, or answers
 * without end) from taking the gateway's time: a connection costs more than all else of a copy.
 * Beyond 500 a second such copies hold their place for another second, so that further ones find
 * `max_in_flight` reached; who wants more of them raises that.
 */
export function churn(): Churn {
  const used = tokenBucket(RATE);
  return {
    ended(connection, now, leave) {
      let within = true;
      for (let cost = COST[connection]; cost > 0; cost--) within &&= used.take(now);
      if (within) leave();
      else setTimeout(leave, HOLD);
    },
  };
}
