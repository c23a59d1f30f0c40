/** Waits at a fence. */
export interface Waiter {
  /** Called when the fence has opened. */
  passed(): void;
}

/**
 * Calls `waiter.passed()` once everything has been read that had arrived on any socket when the wait began.
 *
 * It makes kept connections safe to reuse. Bytes that a server sent unasked would be taken for the response to the next
 * request, and a connection that the server has closed for an open one. A busy event loop learns of both late: it may
 * read the client's request first, although that arrived last. So a request is written to a kept connection only after
 * the fence. Bytes that arrive after the fence cannot be told from an early response (RFC 9112 section 9.2).
 */
export type Fence = (waiter: Waiter) => void;

/** Calls back once everything has been read that the system held for this process at the time of the call. */
export type Poll = (polled: () => void) => void;

/**
 * For event loops that poll the sockets between two rounds of immediates, as those of Node and Bun do. Must be called
 * from an immediate.
 */
const pollBetweenImmediates: Poll = (polled) => void setImmediate(polled);

/** Creates a fence. All who begin to wait in one turn of the event loop share one poll. */
export function createFence(poll: Poll = pollBetweenImmediates): Fence {
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
    // The sockets that this turn deals with were polled before: only the next poll sees what has arrived since.
    setImmediate(begin);
  };
}

/**
 * Waits at the fence for one connection. If it was paused meanwhile, it waits again after it has resumed: what arrived
 * while it did not read is still unread.
 */
export class Lookout implements Waiter {
  readonly #fence: Fence;
  readonly #seen: () => void;
  #looking = false;
  #atFence = false;
  #paused = false;
  /** True if the connection was paused since the wait at the fence began. */
  #blind = false;

  /** @param seen called when everything has been read that had arrived when `look` was called */
  constructor(fence: Fence, seen: () => void) {
    this.#fence = fence;
    this.#seen = seen;
  }

  /** True while the connection does not read. Set by the connection. */
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
