import * as v from 'valibot';
import { type Fault, MAX_FAULTS } from './fault.ts';
import { nearest } from './nearest.ts';
import { forbidden, meant, mismatch, missing, notInEnum, outside, wrongType } from './messages.ts';

// JSON Schema's vocabulary as valibot schemas with APISIX's error texts. No schema transforms its value: what is
// stored and returned must be what was sent (APISIX stores no defaults since its PR 12603).

/**
 * Checks a value of the right type. Returns the fault's message, or `undefined` when the value is valid. What JSON
 * Schema says of it are its `keywords`, or else stands in `json-schema/checks.ts`.
 */
export interface Test<T> {
  (value: T): string | undefined;
  readonly keywords?: Readonly<Record<string, unknown>>;
}

/** A validator and what it was made of, of which `json-schema/` makes its JSON Schema. */
export type Schema<T> = v.GenericSchema<T> & { readonly parts: Parts };

export type Parts =
  | { readonly type: string; readonly tests: readonly Test<never>[] }
  | { readonly item: v.GenericSchema; readonly min: number; readonly unique: boolean }
  | { readonly member: v.GenericSchema; readonly key: Test<string> | undefined }
  | {
      readonly entries: Readonly<Record<string, v.GenericSchema>>;
      readonly required: readonly string[];
      readonly open: true | undefined;
    };

type AddIssue = v.RawCheckContext<unknown>['addIssue'];

// Marks an issue as one of the parent object. valibot has no field for this; `expected` is never shown.
const OF_PARENT = 'fault of the parent';

// Report only the first fault of each value: an empty string need not be reported for its pattern as well.
const CONFIG = { abortPipeEarly: true };

/** All faults of `value`, each with its path. */
export function faultsOf(schema: v.GenericSchema, value: unknown): Fault[] {
  const { issues = [] } = v.safeParse(schema, value, CONFIG);
  return issues.map(({ path = [], message, expected }) => ({
    path: path.map(({ key }) => key as string | number),
    message,
    // APISIX reports a missing or unknown key as a fault of the object: the path in its message ends there.
    ...(expected === OF_PARENT && { hiddenSteps: 1 }),
  }));
}

/** A value of the right type is looked at by `check`, which adds what it finds. */
function checked<T>(
  expected: string,
  is: (value: unknown) => boolean,
  parts: Parts,
  check: (value: T, addIssue: AddIssue, isFull: () => boolean) => void,
): Schema<T> {
  const schema = v.pipe(
    v.custom<T>(is, ({ input }) => wrongType(expected, input)),
    v.rawCheck<T>(({ dataset, addIssue }) =>
      check(dataset.value as T, addIssue, () => (dataset.issues?.length ?? 0) > MAX_FAULTS),
    ),
  );
  return Object.assign(schema, { parts });
}

/**
 * A value of one type that passes all tests; only the first test that fails is reported.
 *
 * @param type the type's name for the message `wrong type: expected ...`
 */
export function typed<T>(
  type: string,
  is: (value: unknown) => boolean,
  ...tests: Test<T>[]
): Schema<T> {
  return checked<T>(type, is, { type, tests }, (value, addIssue) => {
    for (const test of tests) {
      const message = test(value);
      if (message !== undefined) return addIssue({ message });
    }
  });
}

export function string(...tests: Test<string>[]): Schema<string> {
  return typed('string', (value) => typeof value === 'string', ...tests);
}

export function boolean(): Schema<boolean> {
  return typed('boolean', (value) => typeof value === 'boolean');
}

/** A finite number. @param tests limits: `atLeast`, `atMost`, `above` */
export function number(...tests: Test<number>[]): Schema<number> {
  return typed('number', Number.isFinite, ...tests);
}

/** A safe integer: beyond 2^53 a double cannot represent every integer, so larger numbers are refused. */
export function integer(...tests: Test<number>[]): Schema<number> {
  return typed('integer', Number.isSafeInteger, ...tests);
}

export function array(): Schema<unknown[]> {
  return typed('array', Array.isArray);
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Gives a check its keywords of JSON Schema. */
function says<T>(keywords: Readonly<Record<string, unknown>>, check: Test<T>): Test<T> {
  return Object.assign(check, { keywords });
}

export const atLeast = (limit: number): Test<number> =>
  says({ minimum: limit }, (value: number) =>
    value < limit ? outside(value, 'at least', limit) : undefined,
  );

export const atMost = (limit: number): Test<number> =>
  says({ maximum: limit }, (value: number) =>
    value > limit ? outside(value, 'at most', limit) : undefined,
  );

export const above = (limit: number): Test<number> =>
  says({ exclusiveMinimum: limit }, (value: number) =>
    value <= limit ? outside(value, 'greater than', limit) : undefined,
  );

/** Limits the length in code points, as api7/jsonschema does; counted in UTF-16 units, an emoji would be two. */
export function length(min: number, max: number): Test<string> {
  return says({ minLength: min, maxLength: max }, (value: string) => {
    const count = value.length > max * 2 ? value.length : Array.from(value).length;
    if (count < min) return `string too short, expected at least ${min}, got ${count}`;
    if (count > max) return `string too long, expected at most ${max}, got ${count}`;
    return undefined;
  });
}

/** @param source appears in the message, so it must be written as in APISIX's schema */
export function pattern(source: string, hint?: string): Test<string> {
  const expression = new RegExp(source);
  return says({ pattern: source }, (value: string) =>
    expression.test(value) ? undefined : mismatch(source, value, hint),
  );
}

export function among<T>(...options: readonly T[]): Test<T> {
  return says({ enum: options }, (value: T) =>
    options.includes(value) ? undefined : notInEnum(options),
  );
}

/** A string that is one of the options. */
export function choice<T extends string>(...options: readonly T[]): Schema<T> {
  return typed<T>('string', (value) => typeof value === 'string', among(...options));
}

/** A list whose items all match `item`. */
export function list<T>(
  item: v.GenericSchema<T>,
  { min = 0, unique = false }: { readonly min?: number; readonly unique?: boolean } = {},
): Schema<readonly T[]> {
  return checked<readonly T[]>(
    'array',
    Array.isArray,
    { item, min, unique },
    (value, addIssue, isFull) => {
      if (value.length < min) {
        addIssue({ message: `expect array to have at least ${min} items` });
      }
      for (let index = 0; index < value.length && !isFull(); index += 1)
        inspect(item, value, index, value[index], addIssue);
      if (unique && !isFull()) reportEqual(value, addIssue);
    },
  );
}

// Only lists of strings must be unique, so comparing by identity is enough.
function reportEqual(value: readonly unknown[], addIssue: AddIssue): void {
  const seen = new Map<unknown, number>();
  let found = 0;
  for (const [index, entry] of value.entries()) {
    const first = seen.get(entry);
    if (first === undefined) seen.set(entry, index + 1);
    else if (++found <= MAX_FAULTS)
      addIssue({ message: `expected unique items but items ${first} and ${index + 1} are equal` });
  }
}

/** An object whose keys are data: each value matches `member`, each key passes `key`. */
export function map<T>(
  member: v.GenericSchema<T>,
  key?: Test<string>,
): Schema<Readonly<Record<string, T>>> {
  return checked<Readonly<Record<string, T>>>(
    'object',
    isObject,
    { member, key },
    (value, addIssue, isFull) => {
      for (const name of Object.keys(value)) {
        if (isFull()) break;
        const message = key?.(name);
        if (message !== undefined) addIssue({ message, path: [step(value, name)] });
        else inspect(member, value, name, value[name], addIssue);
      }
    },
  );
}

/** Rules for an object's keys. */
export interface ObjectRules {
  readonly required?: readonly string[];
  /** Keys that APISIX supports and this gateway does not, with the reason and an alternative for the message. */
  readonly refused?: Readonly<Record<string, string>>;
  /** Whether unknown keys are allowed. Default: they are faults. */
  readonly open?: true;
}

/**
 * An object with known keys. Unlike valibot's `strictObject`, it reports every unknown key and not only the first,
 * treats `__proto__` and `constructor` like any other unknown key, and refuses arrays.
 */
export function object<T extends object>(
  entries: { readonly [K in keyof T]-?: v.GenericSchema<Exclude<T[K], undefined>> },
  { required = [], refused = {}, open }: ObjectRules = {},
): Schema<T> {
  const schemas = new Map<string, v.GenericSchema>(Object.entries(entries));
  const reasons = new Map(Object.entries(refused));
  return checked<T>('object', isObject, { entries, required, open }, (given, addIssue, isFull) => {
    const value = given as Record<string, unknown>;
    for (const key of Object.keys(value)) {
      if (isFull()) break;
      // JSON has no `undefined`; in an object made by a program it means "not given".
      if (value[key] === undefined) continue;
      const schema = schemas.get(key);
      if (schema !== undefined) inspect(schema, value, key, value[key], addIssue);
      else if (!open) {
        const hint = reasons.get(key) ?? meant(key, schemas.keys());
        ofParent(value, key, forbidden(key, hint), addIssue);
      }
    }
    for (const key of required) {
      const present = Object.hasOwn(value, key) && value[key] !== undefined;
      if (!present) ofParent(value, key, missing(key, misspelt(key, value, schemas)), addIssue);
    }
  });
}

/** A hint for a key that is missing where one that is near it is there and unknown. */
function misspelt(
  key: string,
  value: Readonly<Record<string, unknown>>,
  known: ReadonlyMap<string, unknown>,
): string | undefined {
  const others = Object.keys(value).slice(0, MAX_FAULTS);
  const near = nearest(
    key,
    others.filter((other) => !known.has(other)),
  );
  return near === null ? undefined : `found "${near}": did you mean this one?`;
}

function inspect(
  schema: v.GenericSchema,
  holder: object,
  key: string | number,
  value: unknown,
  addIssue: AddIssue,
): void {
  const { issues = [] } = v.safeParse(schema, value, CONFIG);
  for (const { message, path = [], expected } of issues) {
    addIssue({ message, expected: expected ?? '', path: [step(holder, key), ...path] });
  }
}

function ofParent(holder: object, key: string, message: string, addIssue: AddIssue): void {
  addIssue({ message, expected: OF_PARENT, path: [step(holder, key)] });
}

function step(input: object, key: string | number): v.UnknownPathItem {
  return { type: 'unknown', origin: 'value', input, key, value: undefined };
}
