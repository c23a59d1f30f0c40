import type { GenericSchema } from 'valibot';
import { compileVars, VarsError } from '../vars/expression.ts';
import type { Fault } from './fault.ts';
import {
  above,
  atMost,
  choice,
  integer,
  length,
  list,
  map,
  number,
  object,
  pattern,
  string,
  type Test,
  typed,
} from './schema.ts';
import { noneOf } from './messages.ts';

// Schemas of fields that occur in several objects (`apisix/schema_def.lua`).

/** The id of a route. `POST` makes strings; people may also write integers. `1` and `"1"` are the same id. */
export type Id = string | number;

/** Timeouts of an exchange with an upstream, in seconds; fractions are allowed. */
export interface Timeout {
  readonly connect: number;
  readonly send: number;
  readonly read: number;
}

/** Timers of all four runtimes hold at most 2^31-1 ms; a longer timer would fire at once. */
export const MAX_TIMER_S: number = 2_147_483;

/** The methods that APISIX knows (`method_schema`). */
export const METHODS = [
  'GET',
  'POST',
  'PUT',
  'DELETE',
  'PATCH',
  'HEAD',
  'OPTIONS',
  'CONNECT',
  'TRACE',
  'PURGE',
] as const;

export type Method = (typeof METHODS)[number];

export const ID: RegExp = /^[a-zA-Z0-9-_.]{1,64}$/;
const ID_HINT = 'expected a string of 1 to 64 letters, digits, "-", "_" or ".", or an integer >= 1';
const HOST = '^\\*$|^\\*?[0-9a-zA-Z-._\\[\\]:]+$';

/** Whether APISIX accepts the value as an id. */
export function isId(value: unknown): value is Id {
  return typeof value === 'string'
    ? ID.test(value)
    : Number.isSafeInteger(value) && Number(value) >= 1;
}

export const idTest: Test<Id> = (value) => (isId(value) ? undefined : noneOf(ID_HINT));

export function id(): GenericSchema<Id> {
  return typed('id', () => true, idTest);
}

export function hostName(): GenericSchema<string> {
  return string(pattern(HOST, 'expected a name or address, for any subdomain "*.example.com"'));
}

/** A duration in seconds: above 0, at most what a timer can hold. */
export function seconds(): GenericSchema<number> {
  return number(above(0), atMost(MAX_TIMER_S));
}

export function methods(): GenericSchema<readonly Method[]> {
  return list(choice(...METHODS), { unique: true });
}

export function timeout(): GenericSchema<Timeout> {
  return object<Timeout>(
    { connect: seconds(), send: seconds(), read: seconds() },
    // APISIX accepts unknown keys here. All three keys are required, so a misspelt one is still found.
    { required: ['connect', 'send', 'read'], open: true },
  );
}

/** Fields that describe an object and have no effect on routing. */
export interface Description {
  readonly name?: string;
  readonly desc?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** Unix seconds. */
  readonly create_time?: number;
  /** Unix seconds. */
  readonly update_time?: number;
}

export function description(): {
  readonly [K in keyof Description]-?: GenericSchema<Exclude<Description[K], undefined>>;
} {
  return {
    name: string(length(1, 256)),
    desc: string(length(0, 256)),
    labels: map(string(length(1, 256), pattern('^\\S+$', 'expected no white space'))),
    create_time: integer(),
    update_time: integer(),
  };
}

export function strings(item: GenericSchema<string>): GenericSchema<readonly string[]> {
  return list(item, { min: 1, unique: true });
}

/** Faults of a `vars` expression: a route's `vars` or a plugin's `_meta.filter`. None when it is absent. */
export function expressionFaults(expression: unknown, path: Fault['path']): Fault[] {
  // The schema reports values of other types.
  if (!Array.isArray(expression)) return [];
  try {
    compileVars(expression);
    return [];
  } catch (error) {
    if (!(error instanceof VarsError)) throw error;
    const message = `failed to validate the 'vars' expression: ${error.message}`;
    return [{ path, message, noPrefix: true }];
  }
}
