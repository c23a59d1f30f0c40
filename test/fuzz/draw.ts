import { random } from '../support/random.ts';

/** All random decisions, from one seed: the same in every run and on every machine. */
export class Draw {
  readonly #next: () => number;

  constructor(seed: number) {
    this.#next = random(seed);
  }

  /** In [0, 1). */
  next(): number {
    return this.#next();
  }

  /** An integer from 0 up to, not including, `end`. */
  below(end: number): number {
    return Math.floor(this.#next() * end);
  }

  /** @param share probability of true: 0 is never, 1 is always */
  chance(share: number): boolean {
    return this.#next() < share;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }

  /** An integer from `least` to `most`; small numbers are most frequent. */
  few(least: number, most: number): number {
    let count = least;
    while (count < most && this.chance(0.4)) count += 1;
    return count;
  }

  /** Lower-case hexadecimal digits. */
  hex(digits: number): string {
    let text = '';
    while (text.length < digits) text += this.below(16).toString(16);
    return text;
  }
}

/** The seed of one case of a run, so that a case can be reproduced without the cases before it. */
export function caseSeed(seed: number, part: string, number: number): number {
  let hash = 0x811c9dc5 ^ seed;
  for (const text of [part, String(number)]) {
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  }
  return hash ^ (hash >>> 13);
}
