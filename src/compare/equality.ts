import { isWithin, MAX_EXACT_DIGITS, Numeral } from './numeral.ts';
import type { Scope } from './scopes.ts';
import type { Steps } from './steps.ts';
import { ARRAY, ENTRY, NAME, NUMBER, type Tape } from './tape.ts';

type JsonNumber = number | Numeral;

/**
 * Tells whether a value of one document equals one of the other. Values that are written alike are compared as they stand in
 * the texts; only others are decoded.
 */
export class Equality {
  readonly #tape: Tape;
  readonly tolerance: number;
  readonly #steps: Steps;
  /** How many there are. They are the numbers from -1 down. */
  #identities = 0;
  readonly #scalars = new Map<unknown, number>();
  /** By texts that no two different values share; the values within stand there by their identities. */
  readonly #others = new Map<unknown, number>();

  constructor(tape: Tape, tolerance: number, steps: Steps) {
    this.#tape = tape;
    this.tolerance = tolerance;
    this.#steps = steps;
  }

  hasSameType(one: number, other: number): boolean {
    return this.#tape.kind(one) === this.#tape.kind(other);
  }

  /** Of two scalars of the same type. Numbers may differ by the tolerance. */
  ofScalars(one: number, other: number): boolean {
    if (this.#hasSameText(one, other)) return true;
    if (this.tolerance === 0 && this.#isLong(one))
      return this.#ofScalar(one) === this.#ofScalar(other);
    const [a, b] = [this.#tape.scalarOf(one), this.#tape.scalarOf(other)];
    return this.#tape.kind(one) === NUMBER
      ? isWithin(this.tolerance, a as JsonNumber, b as JsonNumber)
      : a === b;
  }

  /**
   * Of two elements of arrays, leaving out what is ignored, and in any order where order does not matter.
   *
   * @throws OverBudget
   */
  of(one: number, other: number, scopeOf: (one: number) => Scope): boolean {
    this.#steps.take();
    if (!this.hasSameType(one, other)) return false;
    if (this.#tape.kind(one) < NAME) return this.ofScalars(one, other);
    // What has an identity was found to differ from another value, and its parts need not be looked at again.
    const isNew = this.#tape.first(one) >= 0 && this.#tape.first(other) >= 0;
    if (isNew && this.#isWrittenAlike(one, other)) return true;
    const scope = scopeOf(one);
    return this.identity(one, scope) === this.identity(other, scope);
  }

  /**
   * A negative number, which two values share exactly if they are equal. Each value gets its own once, from the inside out,
   * so that arrays can be searched for equal elements in linear time.
   *
   * @throws OverBudget
   */
  identity(value: number, scope: Scope): number {
    this.#steps.take();
    const tape = this.#tape;
    const kind = tape.kind(value);
    if (kind < NAME) return this.#ofScalar(value);
    let identity = tape.first(value);
    if (identity < 0) return identity;
    identity = this.#number(this.#others, this.#text(value, kind === ARRAY, scope));
    tape.identify(value, identity);
    return identity;
  }

  /** Whether this is a number that takes long to read. It is known by its source as well, which is no source of another one. */
  #isLong(value: number): boolean {
    const tape = this.#tape;
    return tape.kind(value) === NUMBER && tape.second(value) - tape.first(value) > MAX_EXACT_DIGITS;
  }

  #ofScalar(value: number): number {
    const source = this.#isLong(value) ? this.#tape.sourceOf(value) : '';
    let identity = this.#others.get(source);
    if (identity !== undefined) return identity;
    const scalar = this.#tape.scalarOf(value);
    identity =
      scalar instanceof Numeral
        ? this.#number(this.#others, scalar.value)
        : this.#number(this.#scalars, scalar);
    if (source !== '') this.#others.set(source, identity);
    return identity;
  }

  #text(value: number, isArray: boolean, scope: Scope): string {
    const parts: (string | number)[] = [];
    for (const [inner, innerScope, part] of this.#tape.within(value, scope)) {
      this.#steps.take();
      const isIgnored = innerScope.ignored && !scope.ignored;
      const identity = isIgnored ? 0 : this.identity(inner, innerScope);
      if (isArray) parts.push(identity);
      else if (!isIgnored) parts.push(`${this.#tape.first(part)}:${identity}`);
    }
    if (parts.length === 0 || (isArray && !scope.unordered)) return `${isArray}${parts.join()}`;
    return `${isArray}(${parts.toSorted((a, b) => (a < b ? -1 : 1)).join()}`;
  }

  #number(numbers: Map<unknown, number>, key: unknown): number {
    let number = numbers.get(key);
    if (number === undefined) numbers.set(key, (number = -(this.#identities += 1)));
    return number;
  }

  /** False also for equal values whose members come in another order, or whose scalars are written in another way. */
  #isWrittenAlike(one: number, other: number): boolean {
    const tape = this.#tape;
    const end = tape.after(one);
    const offset = other - one;
    for (let at = one; at < end; at += ENTRY) {
      this.#steps.take();
      const kind = tape.kind(at);
      if (kind !== tape.kind(at + offset)) return false;
      if (
        kind < NAME
          ? !this.#hasSameText(at, at + offset)
          : kind > NAME
            ? tape.second(at) + offset !== tape.second(at + offset)
            : tape.first(at) !== tape.first(at + offset)
      )
        return false;
    }
    return true;
  }

  #hasSameText(one: number, other: number): boolean {
    const tape = this.#tape;
    const [text, otherText] = [tape.textOf(one), tape.textOf(other)];
    const start = tape.first(one);
    const end = tape.second(one);
    const offset = tape.first(other) - start;
    if (end + offset !== tape.second(other)) return false;
    for (let at = start; at < end; at += 1)
      if (text.charCodeAt(at) !== otherText.charCodeAt(at + offset)) return false;
    return true;
  }
}
