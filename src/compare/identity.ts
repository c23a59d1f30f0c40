import { type Json, type JsonObject } from './json.ts';
import { Numeral } from './numeral.ts';
import type { Scope } from './scopes.ts';
import type { Steps } from './steps.ts';

/**
 * Numbers the values of a pair of documents so that two have the same number exactly if they are equal: leaving out
 * what is ignored, and in any order where order does not matter. Each value is numbered once, from the inside out, so
 * that arrays can be searched for equal elements in linear time.
 */
export class Identities {
  readonly #steps: Steps;
  #count = 0;
  readonly #scalars = new Map<unknown, number>();
  /** By texts that no two different values share; the values within stand there by their numbers. */
  readonly #others = new Map<unknown, number>();
  /** Arrays and objects that have theirs. */
  readonly #known = new Map<object, number>();

  constructor(steps: Steps) {
    this.#steps = steps;
  }

  /** @throws OverBudget */
  of(value: Json, scope: Scope): number {
    this.#steps.take();
    if (typeof value !== 'object' || value === null) return this.#number(this.#scalars, value);
    if (value instanceof Numeral) return this.#number(this.#others, value.value);
    let known = this.#known.get(value);
    if (known === undefined) {
      const text = value instanceof Map ? this.#object(value, scope) : this.#array(value, scope);
      known = this.#number(this.#others, text);
      this.#known.set(value, known);
    }
    return known;
  }

  #array(array: readonly Json[], scope: Scope): string {
    const numbers = array.map((element, i) => {
      const inner = scope.element(i);
      return inner.ignored && !scope.ignored ? -1 : this.of(element, inner);
    });
    if (!scope.unordered) return `[${numbers.join()}`;
    this.#steps.take(numbers.length);
    return `(${numbers.toSorted((a, b) => a - b).join()}`;
  }

  #object(object: JsonObject, scope: Scope): string {
    this.#steps.take(object.size);
    let text = '{';
    for (const name of [...object.keys()].toSorted()) {
      const inner = scope.member(name);
      if (inner.ignored && !scope.ignored) continue;
      text += `${name.length}:${name}${this.of(object.get(name)!, inner)},`;
    }
    return text;
  }

  #number(numbers: Map<unknown, number>, key: unknown): number {
    let number = numbers.get(key);
    if (number === undefined) numbers.set(key, (number = this.#count++));
    return number;
  }
}
