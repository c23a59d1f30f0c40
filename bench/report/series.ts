/** One figure a round, or what made them worthless. */
export interface Series {
  readonly values: readonly number[];
  readonly fault: string | null;
  /** The fault is that what was to be measured is not installed. */
  readonly missing: boolean;
}

/** Something that cannot be measured here. */
export class MissingError extends Error {
  override readonly name = 'MissingError';
}

/**
 * All that was measured, by name. What went wrong in one round makes the whole series worthless: the
 * median of the others would hide it.
 */
export interface Figures {
  add(name: string, value: number): void;
  fail(name: string, fault: Error): void;
  /** `null` when it was not measured. */
  get(name: string): Series | null;
}

export function newFigures(): Figures {
  const all = new Map<string, { values: number[]; fault: string | null; missing: boolean }>();
  function series(name: string) {
    let found = all.get(name);
    if (found === undefined) all.set(name, (found = { values: [], fault: null, missing: false }));
    return found;
  }
  return {
    add: (name, value) => void series(name).values.push(value),
    fail(name, fault) {
      const failed = series(name);
      // What is told is what came first, in a line of a table.
      failed.fault ??= fault.message.split('\n')[0]!;
      failed.missing ||= fault instanceof MissingError;
    },
    get: (name) => all.get(name) ?? null,
  };
}

/** The row of a subject that there are no figures of. */
export function faultRow(subject: string, { missing, fault }: Omit<Series, 'values'>): string[] {
  return [subject, missing ? 'missing' : 'invalid', '', '', fault ?? ''];
}
