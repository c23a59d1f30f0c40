/** Limits the memory of all recordings together, of requests and responses. */
export interface MemoryBudget {
  /** Most bytes reserved at once. */
  readonly limit: number;
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
    limit,
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

/**
 * A part of a budget: what is reserved here is reserved there as well, but never more than half of it. For responses that
 * wait to be compared, so that they never take the memory that copies need for the bodies of requests.
 */
export function halfOf(budget: MemoryBudget): MemoryBudget {
  const half = memoryBudget(budget.limit / 2);
  return {
    limit: half.limit,
    reserve(bytes) {
      if (!half.reserve(bytes)) return false;
      if (budget.reserve(bytes)) return true;
      half.release(bytes);
      return false;
    },
    release(bytes) {
      half.release(bytes);
      budget.release(bytes);
    },
    get held() {
      return half.held;
    },
  };
}
