/**
 * What is under way, each in a slot that the next one takes over. Not a `Set`: V8 makes a new table for
 * one after every few entries, and each old table keeps what was in it, and the tables after it, until
 * the next full collection. At 6,000 copies a second that was 1.3 MB a second, and full collections
 * whose pauses the primary felt.
 */
export class Slots<T> {
  readonly #values: (T | null)[] = [];
  readonly #free: number[] = [];

  /** @returns the slot, to be freed when it is over */
  take(value: T): number {
    const slot = this.#free.pop() ?? this.#values.length;
    this.#values[slot] = value;
    return slot;
  }

  free(slot: number): void {
    this.#values[slot] = null;
    this.#free.push(slot);
  }

  /** How many are taken now. */
  get size(): number {
    return this.#values.length - this.#free.length;
  }

  /** Those whose slots are taken now. */
  get all(): T[] {
    return this.#values.filter((value) => value !== null);
  }
}
