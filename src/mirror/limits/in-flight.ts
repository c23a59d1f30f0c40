/** Counts copies under way. */
export interface InFlight {
  readonly count: number;
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
