import { canonical } from './canonical.ts';
import type { Scope } from './scopes.ts';
import type { Steps } from './steps.ts';
import { NAME, type Tape } from './tape.ts';

/** Of a value with its quotes. Hiding each 1 because one of them is secret would hide much else. */
const MIN_CHARACTERS = 8;

/**
 * Adds the texts and numbers of the secret parts of a value, in canonical form. A mirror that renames a member shows them under a name that
 * nobody has declared secret.
 *
 * @throws OverBudget
 */
export function collectSecrets(
  tape: Tape,
  value: number,
  scope: Scope,
  steps: Steps,
  into: Set<string>,
): void {
  steps.take();
  if (tape.kind(value) > NAME) {
    for (const [part, inner] of tape.within(value, scope))
      collectSecrets(tape, part, inner, steps, into);
  } else if (scope.redacted) {
    const text = canonical(tape, value);
    if (text.length >= MIN_CHARACTERS) into.add(text);
  }
}
