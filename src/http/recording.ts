import type { MemoryBudget } from './memory-budget.ts';

/** Why there is no recording. A part of a body is never returned. */
export type NotRecorded = 'body_too_large' | 'body_incomplete' | 'memory_limit';

/** A recording that a budget pays for. It holds nothing once it is over without a result. */
export abstract class BudgetedRecording<Recorded> {
  /** Resolves when the recording is over. Never rejects. */
  readonly done: Promise<Recorded | NotRecorded>;
  /** False once no more bytes are needed. */
  wanted = true;
  readonly #budget: MemoryBudget;
  #held = 0;
  #resolve!: (result: Recorded | NotRecorded) => void;

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

  /**
   * Ends the recording, unless it is over: nobody will see the rest of the body. To be called as well if there will be no
   * body at all, of which the recording is not told.
   */
  giveUp(): void {
    this.lose('body_incomplete');
  }

  /** Ends the recording, unless it is over. */
  protected lose(reason: NotRecorded): void {
    if (!this.wanted) return;
    this.release();
    this.settle(reason);
  }

  protected settle(result: Recorded | NotRecorded): void {
    this.wanted = false;
    this.#resolve(result);
  }
}
