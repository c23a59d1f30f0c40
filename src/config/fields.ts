import type { GenericSchema } from 'valibot';
import { compileVars, VarsError } from '../vars/expression.ts';
import type { Fault } from './fault.ts';
import {
  above,
  atMost,
  integer,
  length,
  list,
  map,
  number,
  object,
  pattern,
  string,
  typed,
} from './schema.ts';
import { noneOf } from './text.ts';

// Fields that routes and upstreams share (`apisix/schema_def.lua`).

/** `POST` makes string ids; a person may write an integer. `1` and `"1"` name the same route. */
export type Id = string | number;

/** Seconds, fractions allowed, for each phase of an exchange with an upstream. */
export interface Timeout {
  readonly connect: number;
  readonly send: number;
  readonly read: number;
}

/** Seconds. Timers of all four runtimes hold 2^31-1 ms; a longer one would fire at once. */
export const LONGEST_TIMER_S: number = 2_147_483;

const ID = /^[a-zA-Z0-9-_.]{1,64}$/;
const ID_HINT = 'expected a string of 1 to 64 letters, digits, "-", "_" or ".", or an integer >= 1';
const HOST = '^\\*$|^\\*?[0-9a-zA-Z-._\\[\\]:]+$';

/** True for what APISIX takes as an id. */
export function isId(value: unknown): value is Id {
  return typeof value === 'string'
    ? ID.test(value)
    : Number.isSafeInteger(value) && Number(value) >= 1;
}

export function id(): GenericSchema<Id> {
  return typed(
    'id',
    () => true,
    (value) => (isId(value) ? undefined : noneOf(ID_HINT)),
  );
}

export function hostName(): GenericSchema<string> {
  return string(pattern(HOST, 'expected a name or address, for any subdomain "*.example.com"'));
}

/** A time in seconds that a timer can hold. */
export function seconds(): GenericSchema<number> {
  return number(above(0), atMost(LONGEST_TIMER_S));
}

export function timeout(): GenericSchema<Timeout> {
  return object<Timeout>(
    { connect: seconds(), send: seconds(), read: seconds() },
    // APISIX leaves this table open; a misspelt phase is found here by the one that is missing.
    { required: ['connect', 'send', 'read'], open: true },
  );
}

/** What describes an object without changing what it does. */
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

/** Faults of a `vars` expression (a route's `vars`, a plugin's `_meta.filter`); none when absent. */
export function expressionFaults(expression: unknown, path: Fault['path']): Fault[] {
  // Another type is the schema's to report.
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
