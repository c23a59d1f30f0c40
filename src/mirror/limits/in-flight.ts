/** Counts copies under way. */
export interface InFlight {
  readonly count: number;
  readonly full: boolean;
  /** Takes a place, or answers `false` when all are taken. */
  enter(): boolean;
  leave(): void;
}

/** @param limit places there are */
export function inFlight(limit: number): InFlight {
  let count = 0;
  return {
    get count() {
      return count;
    },
    get full() {
      return count >= limit;
    },
    enter() {
      if (count >= limit) return false;
      count++;
      return true;
    },
    leave() {
      count--;
    },
  };
}
