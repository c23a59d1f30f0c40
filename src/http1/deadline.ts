/**
 * A deadline that moves with every sign of life. Moving it is an assignment: the timer is left to
 * fire and looks then whether the deadline has moved on. Most exchanges thus cost no timer at all.
 */
export class Deadline {
  readonly #expired: () => void;
  #at = Infinity;
  #timer: NodeJS.Timeout | null = null;
  /** When the timer fires. */
  #fires = Infinity;

  constructor(expired: () => void) {
    this.#expired = expired;
  }

  /** When it is, by `performance.now()`. */
  get at(): number {
    return this.#at;
  }

  /**
   * Sets it to so many milliseconds from now.
   *
   * @param until the latest it may be, on the clock of `performance.now()`. Default: no limit
   */
  set(milliseconds: number, until: number = Infinity): void {
    const now = performance.now();
    this.#at = Math.min(now + milliseconds, until);
    if (this.#at < this.#fires) this.#arm(this.#at - now);
  }

  /** There is nothing to wait for. */
  clear(): void {
    this.#at = Infinity;
  }

  /** For the end: nothing stays behind. */
  dispose(): void {
    this.#at = Infinity;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #arm(milliseconds: number): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#fires = performance.now() + milliseconds;
    this.#timer = setTimeout(() => this.#look(), milliseconds);
  }

  #look(): void {
    this.#timer = null;
    this.#fires = Infinity;
    const left = this.#at - performance.now();
    // A timer may fire a little early.
    if (left <= 1) {
      this.#at = Infinity;
      this.#expired();
    } else if (left !== Infinity) {
      this.#arm(left);
    }
  }
}
