/** Thrown when comparing a pair would take too long. */
export class OverBudget extends Error {
  override name = 'OverBudget';
}

/**
 * Most steps for a pair: a tenth of a second or so. A pair of JSON bodies of 256 KiB stays below it, whatever they hold.
 */
export const MAX_STEPS = 2_500_000;

/** Counts the work on one pair: each value that is read or compared is a step. */
export class Steps {
  taken = 0;
  readonly #most: number;

  constructor(most: number = MAX_STEPS) {
    this.#most = most;
  }

  /** @throws OverBudget when there is no budget left */
  take(count = 1): void {
    this.taken += count;
    if (this.taken > this.#most) throw new OverBudget('comparing the pair takes too many steps');
  }
}
