import { parseCidr, UNIX_PEER } from '../http/cidr.ts';
import { quoted } from '../http/quoted.ts';
import { type Fault, under } from './fault.ts';
import { MAX_TIMER_S } from './fields.ts';
import { nearest } from './nearest.ts';
import { isObject } from './schema.ts';

// The options of the functions that programs call: what each of them may be, and what is said of those that are not.

/** Returns what is wrong with the value of one option. */
type Check = (value: unknown) => readonly Fault[];

/** A check for each option of a function, by the option's name. The compiler asks for one when an option is added. */
export type OptionChecks<Options> = { readonly [Name in keyof Required<Options>]: Check };

type MiddlewareOption = 'runtime' | 'mirrorMemory' | 'redactKey' | 'onOutcome' | 'onComparison';
type GatewayOption =
  | MiddlewareOption
  | 'routes'
  | 'store'
  | 'adminKey'
  | 'trustedProxies'
  | 'longestCopy'
  | 'onEvent';

/** Of `proxyMirror` and `mirrorFetch`. */
export const MIDDLEWARE_OPTIONS: Readonly<Record<MiddlewareOption, Check>> = {
  runtime: must('a runtime such as nodeRuntime()', hasMethods('receive', 'forward', 'sendCopy')),
  mirrorMemory: must('a whole number of bytes, at least 0', isBytes),
  redactKey: must('a text that is not empty, or null', isKey),
  onOutcome: must('a function', isFunction),
  onComparison: must('a function', isFunction),
};

/** Of `createGateway`. */
export const GATEWAY_OPTIONS: Readonly<Record<GatewayOption, Check>> = {
  ...MIDDLEWARE_OPTIONS,
  // `checkDocument` finds what is wrong with routes.
  routes: () => [],
  store: must('a store such as memoryStore(document)', hasMethods('load', 'update')),
  adminKey: must('a text, or null', (value) => typeof value === 'string' || value === null),
  trustedProxies: checkProxies,
  longestCopy: must(`seconds above 0, at most ${MAX_TIMER_S}`, isSeconds),
  onEvent: must('a function', isFunction),
};

/**
 * All faults of a function's options, of names that it does not know as well. An option that is `undefined` was not
 * given.
 *
 * @example
 * optionFaults({ mirrorMemry: 1 }, MIDDLEWARE_OPTIONS)
 * // [{ path: ['mirrorMemry'], message: 'unknown option: did you mean mirrorMemory?' }]
 */
export function optionFaults<Options extends object>(
  options: Options,
  checks: OptionChecks<Options>,
): Fault[] {
  if (!isObject(options)) return [{ path: [], message: misfit('an object of options', options) }];
  const rows = new Map<string, Check>(Object.entries(checks));
  return Object.entries(options as Record<string, unknown>).flatMap(([name, value]) => {
    if (value === undefined) return [];
    const check = rows.get(name);
    return check === undefined
      ? [{ path: [name], message: unknown(name, [...rows.keys()]) }]
      : under([name], check(value));
  });
}

/** What is wrong with the handler of `mirrorFetch`. */
export function handlerFaults(handler: unknown): Fault[] {
  const check = must('a function that takes a Request, such as app.fetch', isFunction);
  return under(['handler'], check(handler));
}

function must(expected: string, is: (value: unknown) => boolean): Check {
  return (value) => (is(value) ? [] : [{ path: [], message: misfit(expected, value) }]);
}

function misfit(expected: string, value: unknown): string {
  return `expected ${expected}, found ${found(value)}`;
}

function unknown(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  const what = near === null ? `expected one of ${known.join(', ')}` : `did you mean ${near}?`;
  return `unknown option: ${what}`;
}

/** A value in a message: texts and numbers as they are, of all else what it is. */
function found(value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function';
}

function hasMethods(...names: readonly string[]): (value: unknown) => boolean {
  return (value) => isObject(value) && names.every((name) => isFunction(value[name]));
}

function isKey(value: unknown): boolean {
  return value === null || (typeof value === 'string' && value !== '');
}

function isBytes(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isSeconds(value: unknown): boolean {
  return typeof value === 'number' && value > 0 && value <= MAX_TIMER_S;
}

function checkProxies(value: unknown): readonly Fault[] {
  if (!Array.isArray(value)) {
    const message = misfit('a list of addresses and ranges such as ["10.0.0.0/8"]', value);
    return [{ path: [], message }];
  }
  const expected = 'an address or a range such as 10.0.0.0/8';
  return value.flatMap((entry: unknown, index) =>
    entry === UNIX_PEER || (typeof entry === 'string' && parseCidr(entry) !== null)
      ? []
      : [{ path: [index], message: misfit(expected, entry) }],
  );
}
