import { canonical } from './canonical.ts';
import type { Json } from './json.ts';
import type { Scope } from './scopes.ts';
import type { Steps } from './steps.ts';

/** Of a value with its quotes. Hiding each 1 because one of them is secret would hide much else. */
const MIN_CHARACTERS = 8;

/**
 * Adds the texts and numbers of the secret parts of a value, in canonical form. A mirror that renames a member shows them under a name that
 * nobody has declared secret.
 *
 * @throws OverBudget
 */
export function collectSecrets(value: Json, scope: Scope, steps: Steps, into: Set<string>): void {
  steps.take();
  if (Array.isArray(value)) {
    for (const [i, element] of value.entries())
      collectSecrets(element, scope.element(i), steps, into);
  } else if (value instanceof Map) {
    for (const [name, inner] of value) collectSecrets(inner, scope.member(name), steps, into);
  } else if (scope.redacted) {
    const text = canonical(value);
    if (text.length >= MIN_CHARACTERS) into.add(text);
  }
}
