import { type TokenBucket, tokenBucket } from '../http/token-bucket.ts';
import type { ConnectionLeft } from '../http/transport.ts';

/** For mirrors without `rate_limit`. */
export const NO_RATE_LIMIT: TokenBucket = {
  rate: Infinity,
  has: () => true,
  take: () => true,
  owe() {},
  debt: () => 0,
};

/** Cost of a copy, in connections. A response that was cut costs more: its unread bytes take time as well. */
const COST: Readonly<Record<ConnectionLeft, number>> = { kept: 0, closed: 1, cut: 4 };

/** Cost of a TLS connection, in connections without TLS: eight times the processor time, on Node. */
const TLS_COST = 8;

/** Connections that copies to a mirror have used up. `now` in milliseconds. */
export interface Churn {
  /** Counts the connection of a finished copy. */
  released(connection: ConnectionLeft, now: number): void;
  /** Connections used up beyond the rate that are not yet compensated by time. */
  excess(now: number): number;
}

/**
 * Limits the time that the gateway spends on a mirror which uses up a connection for each copy (closes or resets it,
 * or sends an endless response): opening a connection costs more than the rest of a copy. Connections beyond the rate
 * count as copies in flight until the bucket has refilled, so that further copies hit `max_in_flight`. The excess
 * is computed from the clock and not by a timer: on Workers, a timer ends with the request that set it.
 *
 * @param rate connections per second that copies to one mirror may use up
 * @param tls true if they are TLS connections
 */
export function churn(rate: number, tls = false): Churn {
  const used = tokenBucket(rate);
  const factor = tls ? TLS_COST : 1;
  return {
    released(connection, now) {
      if (connection !== 'kept') used.owe(COST[connection] * factor, now);
    },
    excess: (now) => used.debt(now),
  };
}

/** Limits the copies in flight to a mirror. `now` in milliseconds. */
export interface InFlight {
  readonly count: number;
  /** Number of places. May be changed. */
  limit: number;
  full(now: number): boolean;
  /** Takes a place; `false` if none is free. */
  acquire(now: number): boolean;
  release(): void;
}

/**
 * @param limit number of places
 * @param used churn of the same mirror: its excess takes places as well
 */
export function inFlight(limit: number, used: Churn): InFlight {
  const places = {
    count: 0,
    limit,
    full: (now: number) => places.count + used.excess(now) >= places.limit,
    acquire(now: number) {
      if (places.full(now)) return false;
      places.count++;
      return true;
    },
    release() {
      places.count--;
    },
  };
  return places;
}

/** How the breaker let a copy through; decides what its result means. A probe is what others call half-open. */
export type Pass = 'normal' | 'probe';

/** Stops copies to a mirror that keeps failing. `now` in milliseconds. */
export interface Breaker {
  readonly open: boolean;
  /** In how many processes it is open, and of how many; only where each of several has its own. */
  readonly openIn?: readonly [open: number, all: number];
  /** True if no copy may be sent now. Changes nothing. */
  blocks(now: number): boolean;
  /** Lets a copy through. Only to be called if `blocks(now)` is false. */
  pass(now: number): Pass;
  /** Reports the result of a copy that was let through. */
  settle(pass: Pass, success: boolean, now: number): void;
  /** Called instead of `settle` if the result says nothing about the mirror. */
  release(pass: Pass): void;
}

/** Longest time that a breaker stays open between probes. */
const MAX_OPEN_MS = 300_000;

/**
 * A circuit breaker. Opens for `open` seconds after `failures` in a row, then lets one probe through: a success
 * closes it, a failure opens it for twice as long, up to 300 s.
 */
export function breaker({ failures, open }: { failures: number; open: number }): Breaker {
  let inRow = 0;
  /** Time of the next probe; `null` while closed. */
  let probeAt: number | null = null;
  let period = open * 1000;
  let probing = false;

  function close(): void {
    inRow = 0;
    one.open = false;
    probeAt = null;
    period = open * 1000;
  }
  function settleProbe(success: boolean, now: number): void {
    probing = false;
    if (success) return close();
    period = Math.min(period * 2, MAX_OPEN_MS);
    probeAt = now + period;
  }

  const one = {
    open: false,
    blocks: (now: number) => probeAt !== null && (probing || now < probeAt),
    pass(): Pass {
      if (probeAt === null) return 'normal';
      probing = true;
      return 'probe';
    },
    settle(pass: Pass, success: boolean, now: number) {
      if (pass === 'probe') return settleProbe(success, now);
      // A copy that was in flight when the breaker opened says nothing new.
      if (probeAt !== null) return;
      inRow = success ? 0 : inRow + 1;
      if (inRow < failures) return;
      one.open = true;
      probeAt = now + period;
    },
    release(pass: Pass) {
      // The next copy becomes the probe.
      if (pass === 'probe') probing = false;
    },
  };
  return one;
}

/** For `breaker: false`. */
export const NO_BREAKER: Breaker = {
  open: false,
  blocks: () => false,
  pass: () => 'normal',
  settle() {},
  release() {},
};
