/** Counts copies under way. */
export interface InFlight {
  readonly count: number;
  readonly full: boolean;
  /** Takes a place, or answers `false` when all are taken. */
  enter(): boolean;
  leave(): void;
  /** Gives a place back that nobody may take for so many milliseconds. */
  leaveFor(milliseconds: number): void;
}

/** @param limit places there are */
export function inFlight(limit: number): InFlight {
  let count = 0;
  /** Places that are free and may not be taken yet. */
  let resting = 0;
  return {
    get count() {
      return count;
    },
    get full() {
      return count + resting >= limit;
    },
    enter() {
      if (count + resting >= limit) return false;
      count++;
      return true;
    },
    leave() {
      count--;
    },
    leaveFor(milliseconds) {
      count--;
      resting++;
      setTimeout(() => resting--, milliseconds);
    },
  };
}
