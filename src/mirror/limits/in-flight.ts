import type { Churn } from './churn.ts';

/** Counts copies in flight. `now` in milliseconds. */
export interface InFlight {
  readonly count: number;
  full(now: number): boolean;
  /** Takes a place, or answers `false` when all are taken. */
  enter(now: number): boolean;
  leave(): void;
}

/**
 * @param limit places there are
 * @param churn of the same mirror: what it has used up beyond its rate takes places as well
 */
export function inFlight(limit: number, churn: Churn): InFlight {
  let count = 0;
  const full = (now: number) => count + churn.excess(now) >= limit;
  return {
    get count() {
      return count;
    },
    full,
    enter(now) {
      if (full(now)) return false;
      count++;
      return true;
    },
    leave() {
      count--;
    },
  };
}
