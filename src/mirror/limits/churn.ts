import { tokenBucket } from './token-bucket.ts';

/** Connections a second that copies to one mirror may use up. */
const RATE = 2000;

/** Milliseconds that a copy beyond it keeps its place. */
const HOLD = 1000;

/** Gives places of copies back. Times in milliseconds. */
export interface Churn {
  /**
   * Calls `leave` when the place of a copy may be taken again.
   *
   * @param closed whether the copy used a connection up
   */
  ended(closed: boolean, now: number, leave: () => void): void;
}

/**
 * Keeps a mirror that uses up a connection for each copy (it closes them, breaks off, or answers
 * without end) from taking the gateway's time: a connection costs more than all else of a copy.
 * Beyond 2,000 a second such copies hold their place for another second, so that further ones find
 * `max_in_flight` reached.
 */
export function churn(): Churn {
  const used = tokenBucket(RATE);
  return {
    ended(closed, now, leave) {
      if (!closed || used.take(now)) leave();
      else setTimeout(leave, HOLD);
    },
  };
}
