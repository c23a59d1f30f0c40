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
const LONGEST_OPEN = 300_000;

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
    period = Math.min(period * 2, LONGEST_OPEN);
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
