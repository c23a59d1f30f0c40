import { createFence, type Fence, type Waiter } from './fence.ts';

/** Work that comes in parts and waits for its turn between them. */
export interface TurnTaker {
  /** Called when its turn has come. */
  go(): void;
}

/** `low`: for work that is of no use to anybody. */
export type Priority = 'normal' | 'low';

/** After a turn of low priority there is none for so many times as long, and at least for so many milliseconds. */
const LOW_REST = 3;
const LOW_REST_MS = 2;

/**
 * Shares the event loop among peers that send without pause. After its quota, a body or a connection waits here. In each
 * turn of the loop one of them continues, after everything else that has arrived by then. So however many send however
 * fast, all others wait for one quota only.
 *
 * A request of somebody else needs several turns of the loop, and may wait for a quota in each of them. So all who wait with
 * low priority together get a quarter of the time at most.
 */
export class Turns implements Waiter {
  readonly #fence: Fence;
  /** First in, first out. */
  readonly #waiting = new Set<TurnTaker>();
  readonly #waitingLow = new Set<TurnTaker>();
  #coming = false;
  /** When the next turn of low priority may come, by `performance.now()`. */
  #lowAtMs = 0;
  /** Whether there is a timer for it. */
  #isLowTimed = false;

  constructor(fence: Fence = createFence()) {
    this.#fence = fence;
  }

  /** Who waits already keeps its place, and its priority. */
  wait(taker: TurnTaker, priority: Priority = 'normal'): void {
    if (this.#waiting.has(taker) || this.#waitingLow.has(taker)) return;
    const waiting = priority === 'low' ? this.#waitingLow : this.#waiting;
    waiting.add(taker);
    this.#come();
  }

  /** Stops waiting. */
  cancel(taker: TurnTaker): void {
    this.#waiting.delete(taker);
    this.#waitingLow.delete(taker);
  }

  passed(): void {
    this.#coming = false;
    if (this.#waitingLow.size > 0 && performance.now() >= this.#lowAtMs) return this.#takeLow();
    const first = takeFirst(this.#waiting);
    this.#come();
    first?.go();
  }

  #takeLow(): void {
    const first = takeFirst(this.#waitingLow)!;
    const began = performance.now();
    this.#lowAtMs = began + LOW_REST_MS;
    this.#come();
    first.go();
    const ended = performance.now();
    this.#lowAtMs = ended + Math.max(LOW_REST_MS, LOW_REST * (ended - began));
  }

  #come(): void {
    if (this.#coming) return;
    const low = this.#waitingLow.size > 0;
    const restMs = low ? this.#lowAtMs - performance.now() : 0;
    if (this.#waiting.size > 0 || (low && restMs <= 0)) {
      this.#coming = true;
      this.#fence(this);
    } else if (low && !this.#isLowTimed) {
      this.#isLowTimed = true;
      setTimeout(() => {
        this.#isLowTimed = false;
        this.#come();
      }, restMs);
    }
  }
}

function takeFirst(waiting: Set<TurnTaker>): TurnTaker | undefined {
  const [first] = waiting;
  if (first !== undefined) waiting.delete(first);
  return first;
}
