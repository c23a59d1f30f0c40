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
  return new Budget(limit);
}

class Budget implements MemoryBudget {
  held = 0;
  limit: number;

  constructor(limit: number) {
    this.limit = limit;
  }

  reserve(bytes: number): boolean {
    if (this.held + bytes > this.limit) return false;
    this.held += bytes;
    return true;
  }

  release(bytes: number): void {
    this.held -= bytes;
  }
}

/**
 * A part of a budget: what is reserved here is reserved there as well, but never more than a quarter of it. For responses
 * that wait to be compared, so that they never take the memory that copies need for the bodies of requests. More would
 * only wait longer.
 */
export function quarterOf(budget: MemoryBudget): MemoryBudget {
  return new Quarter(budget);
}

class Quarter extends Budget {
  readonly #whole: MemoryBudget;

  constructor(whole: MemoryBudget) {
    super(whole.limit / 4);
    this.#whole = whole;
  }

  override reserve(bytes: number): boolean {
    this.limit = this.#whole.limit / 4;
    if (!super.reserve(bytes)) return false;
    if (this.#whole.reserve(bytes)) return true;
    super.release(bytes);
    return false;
  }

  override release(bytes: number): void {
    super.release(bytes);
    this.#whole.release(bytes);
  }
}
