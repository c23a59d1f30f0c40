import { createFence, type Fence, type Waiter } from './fence.ts';

/** Whoever has so much to do that others would have to wait for all of it. */
export interface Taker {
  /** It is its turn. */
  go(): void;
}

/**
 * Shares out the turns of the event loop among those who send on and on. Whoever has had his part of one waits
 * here, and in each turn one of them goes on, behind all else that has come in by then: however many send however
 * fast, the others wait for one part and not for all.
 */
export class Turns implements Waiter {
  readonly #fence: Fence;
  /** In the order in which they came. */
  readonly #takers = new Set<Taker>();
  #coming = false;

  constructor(fence: Fence = createFence()) {
    this.#fence = fence;
  }

  wait(taker: Taker): void {
    this.#takers.add(taker);
    this.#come();
  }

  /** Has no more use for a turn. */
  leave(taker: Taker): void {
    this.#takers.delete(taker);
  }

  passed(): void {
    this.#coming = false;
    const [first] = this.#takers;
    if (first === undefined) return;
    this.#takers.delete(first);
    if (this.#takers.size > 0) this.#come();
    first.go();
  }

  #come(): void {
    if (this.#coming) return;
    this.#coming = true;
    this.#fence(this);
  }
}
