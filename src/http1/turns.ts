import { createFence, type Fence, type Waiter } from './fence.ts';

/** Work that comes in parts and waits for its turn between them. */
export interface TurnTaker {
  /** Called when its turn has come. */
  go(): void;
}

/**
 * Shares the event loop among peers that send without pause. After its quota, a body or a connection waits here. In each
 * turn of the loop one of them continues, after everything else that has arrived by then. So however many send however
 * fast, all others wait for one quota only.
 */
export class Turns implements Waiter {
  readonly #fence: Fence;
  /** First in, first out. */
  readonly #waiting = new Set<TurnTaker>();
  #coming = false;

  constructor(fence: Fence = createFence()) {
    this.#fence = fence;
  }

  wait(taker: TurnTaker): void {
    this.#waiting.add(taker);
    this.#come();
  }

  /** Stops waiting. */
  cancel(taker: TurnTaker): void {
    this.#waiting.delete(taker);
  }

  passed(): void {
    this.#coming = false;
    const [first] = this.#waiting;
    if (first === undefined) return;
    this.#waiting.delete(first);
    if (this.#waiting.size > 0) this.#come();
    first.go();
  }

  #come(): void {
    if (this.#coming) return;
    this.#coming = true;
    this.#fence(this);
  }
}
