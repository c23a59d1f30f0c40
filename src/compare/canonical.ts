import { Numeral } from './numeral.ts';
import { ARRAY, ENTRY, NAME, type Scalar, type Tape } from './tape.ts';

/** JSON that is the same text for equal values, and another for others. */
export function canonical(tape: Tape, value: number): string {
  const kind = tape.kind(value);
  if (kind < NAME) return canonicalScalar(tape.scalarOf(value));
  const parts = tape
    .parts(value)
    .map((part) =>
      kind === ARRAY
        ? canonical(tape, part)
        : `${canonicalScalar(tape.nameOf(part))}:${canonical(tape, part + ENTRY)}`,
    );
  return kind === ARRAY ? `[${parts.join()}]` : `{${parts.toSorted().join()}}`;
}

export function canonicalScalar(scalar: Scalar): string {
  return scalar instanceof Numeral ? scalar.value : JSON.stringify(scalar);
}
