/** One value for each round, or the fault that invalidates them. */
export interface Series {
  readonly values: readonly number[];
  readonly fault: string | null;
  /** The fault is that the subject is not installed. */
  readonly missing: boolean;
}

/** Something that cannot be measured here. */
export class MissingError extends Error {
  override readonly name = 'MissingError';
}

/**
 * All measured series, by name. A fault in one round invalidates the whole series: the median of the others would
 * hide it.
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
      // The first fault is reported, in one line of a table.
      failed.fault ??= fault.message.split('\n')[0]!;
      failed.missing ||= fault instanceof MissingError;
    },
    get: (name) => all.get(name) ?? null,
  };
}

/** The row of a subject without figures. */
export function faultRow(subject: string, { missing, fault }: Omit<Series, 'values'>): string[] {
  return [subject, missing ? 'missing' : 'invalid', '', '', fault ?? ''];
}
