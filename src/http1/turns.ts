/** Somebody who waits at a fence. */
export interface Waiter {
  passed(): void;
}

/**
 * Lets pass once all has been read that had come in on any socket when the wait began.
 *
 * What a server sends unasked on a kept connection would be taken for the response to the next request, as
 * would one that it never finished closing be taken for alive, and an event loop that is busy learns of
 * either late: it may read the client's request first, though that came in last. So a kept
 * connection is written to only from behind the fence. What comes in later than that cannot be
 * told from an early response (RFC 9112 section 9.2).
 */
export type Fence = (waiter: Waiter) => void;

/**
 * Has all sockets looked at: everything that the system held for this process when it was called has been read
 * when it calls back.
 */
export type Poll = (polled: () => void) => void;

/**
 * An event loop that looks at the sockets between one round of immediates and the next, as those of
 * Node and Bun do. To be called from an immediate.
 */
const turn: Poll = (polled) => void setImmediate(polled);

/** All who come in one turn of the event loop share one poll. */
export function createFence(poll: Poll = turn): Fence {
  let coming: Waiter[] = [];
  let polling = false;

  function begin(): void {
    const waiting = coming;
    coming = [];
    poll(() => {
      polling = coming.length > 0;
      if (polling) begin();
      for (const waiter of waiting) waiter.passed();
    });
  }
  return (waiter) => {
    coming.push(waiter);
    if (polling) return;
    polling = true;
    // What is ready now was looked up before: only the next look tells what has come since.
    setImmediate(begin);
  };
}

/**
 * Looks at one connection: whether anything has come in on it that is not read yet. What comes while it is
 * kept from reading has not been seen, and is waited for.
 */
export class Lookout implements Waiter {
  readonly #fence: Fence;
  readonly #seen: () => void;
  #looking = false;
  #atFence = false;
  #paused = false;
  /** It was paused since it came to the fence. */
  #blind = false;

  /** @param seen called when all has been read that had come in when `look` was called */
  constructor(fence: Fence, seen: () => void) {
    this.#fence = fence;
    this.#seen = seen;
  }

  /** Nothing is read for the time being. */
  get paused(): boolean {
    return this.#paused;
  }
  set paused(paused: boolean) {
    this.#paused = paused;
    if (paused) this.#blind = true;
    else if (this.#looking && !this.#atFence) this.#wait();
  }

  look(): void {
    this.#looking = true;
    if (!this.#paused) this.#wait();
  }

  passed(): void {
    this.#atFence = false;
    if (this.#paused) return;
    if (this.#blind) return this.#wait();
    this.#looking = false;
    this.#seen();
  }

  #wait(): void {
    this.#atFence = true;
    this.#blind = false;
    this.#fence(this);
  }
}

/** Whoever has so much to do that others would have to wait for all of it. */
export interface Waiting {
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
  readonly #waiting = new Set<Waiting>();
  #coming = false;

  constructor(fence: Fence = createFence()) {
    this.#fence = fence;
  }

  wait(taker: Waiting): void {
    this.#waiting.add(taker);
    this.#come();
  }

  /** Has no more use for a turn. */
  cancel(taker: Waiting): void {
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
