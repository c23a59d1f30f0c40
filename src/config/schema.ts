import * as v from 'valibot';
import { type Fault, MOST_FAULTS } from './fault.ts';
import { forbidden, mismatch, missing, notInEnum, outside, wrongType } from './text.ts';

// JSON Schema's vocabulary, spelled in valibot with APISIX's texts. Nothing here transforms: what is
// stored and echoed must be what was sent (APISIX stores no defaults since its PR 12603).

/** Names what is wrong with a value of the right type, or returns `undefined`. */
export type Test<T> = (value: T) => string | undefined;

type Adder = v.RawCheckContext<unknown>['addIssue'];

// valibot has no field for it, and `expected` travels with an issue without being shown.
const OF_PARENT = 'said of the parent';

// Per value only the first fault: that an empty string fails the pattern as well is no news.
const CONFIG = { abortPipeEarly: true };

/** Every fault in `value`, each with its path. */
export function faultsOf(schema: v.GenericSchema, value: unknown): Fault[] {
  const { issues = [] } = v.safeParse(schema, value, CONFIG);
  return issues.map(({ path = [], message, expected }) => ({
    path: path.map(({ key }) => key as string | number),
    message,
    // A key that is missing or unknown is said of the object that lacks or has it.
    ...(expected === OF_PARENT && { hiddenSteps: 1 }),
  }));
}

/** A value of one type that passes all tests; the first one that fails is reported. */
export function typed<T>(
  expected: string,
  is: (value: unknown) => boolean,
  ...tests: Test<T>[]
): v.GenericSchema<T> {
  return v.pipe(
    v.custom<T>(is, ({ input }) => wrongType(expected, input)),
    v.rawCheck<T>(({ dataset, addIssue }) => {
      for (const test of tests) {
        const message = test(dataset.value as T);
        if (message !== undefined) return addIssue({ message });
      }
    }),
  );
}

export function string(...tests: Test<string>[]): v.GenericSchema<string> {
  return typed('string', (value) => typeof value === 'string', ...tests);
}

export function boolean(): v.GenericSchema<boolean> {
  return typed('boolean', (value) => typeof value === 'boolean');
}

/** @param tests limits, from `atLeast` and its like */
export function number(...tests: Test<number>[]): v.GenericSchema<number> {
  return typed('number', Number.isFinite, ...tests);
}

/** Beyond 2^53 a double no longer tells neighbours apart, so such numbers are no integers here. */
export function integer(...tests: Test<number>[]): v.GenericSchema<number> {
  return typed('integer', Number.isSafeInteger, ...tests);
}

export function array(): v.GenericSchema<unknown[]> {
  return typed('array', Array.isArray);
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export const atLeast =
  (limit: number): Test<number> =>
  (value) =>
    value < limit ? outside(value, 'at least', limit) : undefined;

export const atMost =
  (limit: number): Test<number> =>
  (value) =>
    value > limit ? outside(value, 'at most', limit) : undefined;

export const above =
  (limit: number): Test<number> =>
  (value) =>
    value <= limit ? outside(value, 'greater than', limit) : undefined;

/** Length in code points, as jsonschema counts; a UTF-16 length would halve the limit for emoji. */
export function length(min: number, max: number): Test<string> {
  return (value) => {
    const count = value.length > max * 2 ? value.length : Array.from(value).length;
    if (count < min) return `string too short, expected at least ${min}, got ${count}`;
    if (count > max) return `string too long, expected at most ${max}, got ${count}`;
    return undefined;
  };
}

/** @param source shown as it stands, so it is APISIX's own text of the pattern */
export function pattern(source: string, hint?: string): Test<string> {
  const expression = new RegExp(source);
  return (value) => (expression.test(value) ? undefined : mismatch(source, value, hint));
}

export function among<T>(...options: readonly T[]): Test<T> {
  return (value) => (options.includes(value) ? undefined : notInEnum(options));
}

/** A string out of a closed set. */
export function choice<T extends string>(...options: readonly T[]): v.GenericSchema<T> {
  return typed<T>('string', (value) => typeof value === 'string', among(...options));
}

/** A list whose items all match `item`. */
export function list<T>(
  item: v.GenericSchema<T>,
  rules: { readonly min?: number; readonly unique?: boolean } = {},
): v.GenericSchema<readonly T[]> {
  return v.pipe(
    v.custom<readonly T[]>(Array.isArray, ({ input }) => wrongType('array', input)),
    v.rawCheck<readonly T[]>(({ dataset, addIssue }) => {
      const value = dataset.value as readonly unknown[];
      const { min = 0, unique = false } = rules;
      if (value.length < min) {
        addIssue({ message: `expect array to have at least ${min} items` });
      }
      for (let index = 0; index < value.length && !isFull(dataset); index += 1)
        inspect(item, value, index, value[index], addIssue);
      if (unique && !isFull(dataset)) reportEqual(value, addIssue);
    }),
  );
}

// Only lists of strings have to be unique, so identity is equality.
function reportEqual(value: readonly unknown[], addIssue: Adder): void {
  const seen = new Map<unknown, number>();
  let found = 0;
  for (const [index, entry] of value.entries()) {
    const first = seen.get(entry);
    if (first === undefined) seen.set(entry, index + 1);
    else if (++found <= MOST_FAULTS)
      addIssue({ message: `expected unique items but items ${first} and ${index + 1} are equal` });
  }
}

/** There are more faults already than will be listed. */
function isFull({ issues = [] }: { readonly issues?: readonly unknown[] | undefined }): boolean {
  return issues.length > MOST_FAULTS;
}

/** An object whose keys are data: all values match `member`, all keys pass `key`. */
export function map<T>(
  member: v.GenericSchema<T>,
  key: Test<string> = () => undefined,
): v.GenericSchema<Readonly<Record<string, T>>> {
  return v.pipe(
    v.custom<Readonly<Record<string, T>>>(isObject, ({ input }) => wrongType('object', input)),
    v.rawCheck<Readonly<Record<string, T>>>(({ dataset, addIssue }) => {
      const value = dataset.value as Record<string, unknown>;
      for (const name of Object.keys(value)) {
        if (isFull(dataset)) break;
        const message = key(name);
        if (message !== undefined) addIssue({ message, path: [step(value, name)] });
        else inspect(member, value, name, value[name], addIssue);
      }
    }),
  );
}

/** What a table says besides the schemas of its entries. */
export interface ObjectRules {
  readonly required?: readonly string[];
  /** Names that APISIX knows and this gateway does not, with the reason and the way out. */
  readonly refused?: Readonly<Record<string, string>>;
  /** Keys that are not listed are let through. Default: they are faults. */
  readonly open?: true;
}

/**
 * An object with known keys. Unlike valibot's `strictObject` it names every unknown key, not the
 * first, sees `__proto__` and `constructor` as the unknown keys they are, and refuses arrays.
 */
export function object<T extends object>(
  entries: { readonly [K in keyof T]-?: v.GenericSchema<Exclude<T[K], undefined>> },
  { required = [], refused = {}, open }: ObjectRules = {},
): v.GenericSchema<T> {
  const schemas = new Map<string, v.GenericSchema>(Object.entries(entries));
  const reasons = new Map(Object.entries(refused));
  return v.pipe(
    v.custom<T>(isObject, ({ input }) => wrongType('object', input)),
    v.rawCheck<T>(({ dataset, addIssue }) => {
      const value = dataset.value as Record<string, unknown>;
      for (const key of Object.keys(value)) {
        if (isFull(dataset)) break;
        // `undefined` cannot come from JSON; in a program it means "not given".
        if (value[key] === undefined) continue;
        const schema = schemas.get(key);
        if (schema !== undefined) inspect(schema, value, key, value[key], addIssue);
        else if (!open) ofParent(value, key, forbidden(key, reasons.get(key)), addIssue);
      }
      for (const key of required) {
        const present = Object.hasOwn(value, key) && value[key] !== undefined;
        if (!present) ofParent(value, key, missing(key), addIssue);
      }
    }),
  );
}

function inspect(
  schema: v.GenericSchema,
  holder: object,
  key: string | number,
  value: unknown,
  addIssue: Adder,
): void {
  const { issues = [] } = v.safeParse(schema, value, CONFIG);
  for (const { message, path = [], expected } of issues) {
    addIssue({ message, expected: expected ?? '', path: [step(holder, key), ...path] });
  }
}

function ofParent(holder: object, key: string, message: string, addIssue: Adder): void {
  addIssue({ message, expected: OF_PARENT, path: [step(holder, key)] });
}

function step(input: object, key: string | number): v.UnknownPathItem {
  return { type: 'unknown', origin: 'value', input, key, value: undefined };
}
