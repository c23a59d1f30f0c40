import type { ConnectionLeft } from '../http/transport.ts';

/** Limits how many may pass in a second. Times in milliseconds. */
export interface TokenBucket {
  /** True when one may pass. Takes nothing. */
  has(now: number): boolean;
  /** Lets one pass, or answers `false` when none may. */
  take(now: number): boolean;
  /** Takes so many, whether they are there or not. */
  owe(tokens: number, now: number): void;
  /** How many were taken that were not there, less what has come since; 0 when none are owed. */
  debt(now: number): number;
}

/**
 * A token bucket with a burst of one second, and of one token at least, so that rates below one a
 * second let something through.
 *
 * @param rate tokens a second
 */
export function tokenBucket(rate: number): TokenBucket {
  const burst = Math.max(1, rate);
  let tokens = burst;
  let filled: number | null = null;

  function has(now: number): boolean {
    // Time may stand still (Workers) but never runs backwards for a bucket.
    if (filled !== null && now > filled)
      tokens = Math.min(burst, tokens + ((now - filled) * rate) / 1000);
    filled = filled === null ? now : Math.max(filled, now);
    return tokens >= 1;
  }

  return {
    has,
    take(now) {
      if (!has(now)) return false;
      tokens -= 1;
      return true;
    },
    owe(more, now) {
      has(now);
      tokens -= more;
    },
    debt(now) {
      has(now);
      return Math.max(0, -tokens);
    },
  };
}

/** For mirrors without `rate_limit`. */
export const NO_RATE_LIMIT: TokenBucket = {
  has: () => true,
  take: () => true,
  owe() {},
  debt: () => 0,
};

/** What counts for how many: bytes that nobody reads cost the gateway, too. */
const COST: Readonly<Record<ConnectionLeft, number>> = { kept: 0, closed: 1, cut: 4 };

/** A connection with TLS takes eight times the processor time of one without, on Node. */
const TLS_COST = 8;

/** Connections that copies to a mirror have used up. `now` in milliseconds. */
export interface Churn {
  /** Takes note of what a copy left of its connection. */
  released(connection: ConnectionLeft, now: number): void;
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
    released(connection, now) {
      if (connection !== 'kept') used.owe(COST[connection] * factor, now);
    },
    excess: (now) => used.debt(now),
  };
}

/** Counts copies in flight. `now` in milliseconds. */
export interface InFlight {
  readonly count: number;
  full(now: number): boolean;
  /** Takes a place, or answers `false` when all are taken. */
  acquire(now: number): boolean;
  release(): void;
}

/**
 * @param limit places there are
 * @param used of the same mirror: what it has used up beyond its rate takes places as well
 */
export function inFlight(limit: number, used: Churn): InFlight {
  let count = 0;
  const full = (now: number) => count + used.excess(now) >= limit;
  return {
    get count() {
      return count;
    },
    full,
    acquire(now) {
      if (full(now)) return false;
      count++;
      return true;
    },
    release() {
      count--;
    },
  };
}

/** What a copy was let through as: its result counts for that and nothing else. */
export type Pass = 'normal' | 'probe';

/** Stops copies to a mirror that keeps failing. Times in milliseconds. */
export interface Breaker {
  readonly open: boolean;
  /** True when no copy may go now. Changes nothing. */
  blocks(now: number): boolean;
  /** Takes a pass. Only to be called when `blocks(now)` is false. */
  pass(now: number): Pass;
  settle(pass: Pass, success: boolean, now: number): void;
  /** In place of `settle`: what it was let through for says nothing of the mirror. */
  release(pass: Pass): void;
}

/** The longest a breaker stays open between probes. */
const LONGEST_OPEN_MS = 300_000;

/**
 * Opens after `failures` in a row for `open` seconds, then lets one probe through: a success closes
 * it, a failure opens it for twice as long, up to 300 s.
 */
export function breaker({ failures, open }: { failures: number; open: number }): Breaker {
  let inRow = 0;
  /** When the next probe may go; `null` while closed. */
  let probeAt: number | null = null;
  let period = open * 1000;
  let probing = false;

  function close(): void {
    inRow = 0;
    probeAt = null;
    period = open * 1000;
  }
  function settleProbe(success: boolean, now: number): void {
    probing = false;
    if (success) return close();
    period = Math.min(period * 2, LONGEST_OPEN_MS);
    probeAt = now + period;
  }

  return {
    get open() {
      return probeAt !== null;
    },
    blocks: (now) => probeAt !== null && (probing || now < probeAt),
    pass() {
      if (probeAt === null) return 'normal';
      probing = true;
      return 'probe';
    },
    settle(pass, success, now) {
      if (pass === 'probe') return settleProbe(success, now);
      // Copies that were under way when it opened say nothing new.
      if (probeAt !== null) return;
      inRow = success ? 0 : inRow + 1;
      if (inRow >= failures) probeAt = now + period;
    },
    release(pass) {
      // The next copy is the probe, then.
      if (pass === 'probe') probing = false;
    },
  };
}

/** For `breaker: false`. */
export const NO_BREAKER: Breaker = {
  open: false,
  blocks: () => false,
  pass: () => 'normal',
  settle() {},
  release() {},
};
