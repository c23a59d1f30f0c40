import type { MemoryBudget } from './memory-budget.ts';

/** A recording that a budget pays for. It holds nothing once it is over without a result. */
export abstract class BudgetedRecording<Recorded, Lost extends string> {
  /** Resolves when the recording is over. Never rejects. */
  readonly done: Promise<Recorded | Lost>;
  /** False once no more bytes are needed. */
  wanted = true;
  readonly #budget: MemoryBudget;
  #held = 0;
  #resolve!: (result: Recorded | Lost) => void;

  constructor(budget: MemoryBudget) {
    this.#budget = budget;
    this.done = new Promise((resolve) => (this.#resolve = resolve));
  }

  /** Returns the memory to the budget. To be called when what was recorded is no longer needed. */
  release(): void {
    this.#budget.release(this.#held);
    this.#held = 0;
  }

  /** Reserves memory; false if there is not enough. */
  protected reserve(bytes: number): boolean {
    const isReserved = this.#budget.reserve(bytes);
    if (isReserved) this.#held += bytes;
    return isReserved;
  }

  /** Ends the recording, unless it is over. */
  protected lose(reason: Lost): void {
    if (!this.wanted) return;
    this.release();
    this.settle(reason);
  }

  protected settle(result: Recorded | Lost): void {
    this.wanted = false;
    this.#resolve(result);
  }
}
