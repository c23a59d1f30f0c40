/** Limits the memory of all recordings together, of requests and responses. */
export interface MemoryBudget {
  /** Reserves memory; `false` if there is not enough, and then reserves none. */
  reserve(bytes: number): boolean;
  release(bytes: number): void;
  /** Bytes reserved now. */
  readonly held: number;
}

/** @param limit most bytes reserved at once */
export function memoryBudget(limit: number): MemoryBudget {
  let held = 0;
  return {
    reserve(bytes) {
      if (held + bytes > limit) return false;
      held += bytes;
      return true;
    },
    release(bytes) {
      held -= bytes;
    },
    get held() {
      return held;
    },
  };
}
