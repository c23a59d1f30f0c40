import { compileCidrs } from '../http/cidr.ts';
import { printable } from '../http/quoted.ts';
import { VarsError } from './error.ts';
import { compilePattern } from './pattern.ts';

/** Tests the value of a variable; `undefined` when the request does not have the variable. */
export type Test = (value: string | undefined) => boolean;

type CompileTest = (operand: unknown, operator: string) => Test;

/**
 * Compiles each operator with its right side, `operand`; the semantics are lua-resty-expr's. A variable is a
 * string or missing. A missing variable equals only null; for it, `~=` any other operand is true and every other
 * comparison is false.
 */
const OPERATORS: ReadonlyMap<string, CompileTest> = new Map<string, CompileTest>([
  ['==', equals],
  ['~=', (operand, operator) => negate(equals(operand, operator))],
  ['>', ordered((value, bound) => value > bound)],
  ['>=', ordered((value, bound) => value >= bound)],
  ['<', ordered((value, bound) => value < bound)],
  ['<=', ordered((value, bound) => value <= bound)],
  ['~~', searches('')],
  ['~*', searches('i')],
  ['in', isIn],
  ['has', has],
  ['ipmatch', ipMatch],
]);

export function isOperator(name: string): boolean {
  return OPERATORS.has(name.toLowerCase());
}

/**
 * Compiles `value <operator> operand` to a test of the value.
 *
 * @throws {VarsError} for an unknown operator and for an operand that the operator cannot use
 * @example compileTest('>', 10)('11') // true
 */
export function compileTest(operator: string, operand: unknown): Test {
  // OPERATORS is a Map, so that a name such as `constructor` is not found on a prototype.
  const compile = OPERATORS.get(operator.toLowerCase());
  if (compile === undefined) throw new VarsError(`invalid operator '${printable(operator)}'`);
  return compile(operand, operator);
}

export function negate(test: Test): Test {
  return (value) => !test(value);
}

/** JSON's null is Lua's nil: `["arg_x", "==", null]` is true when the variable is missing. */
function equals(operand: unknown, operator: string): Test {
  if (operand === null || operand === undefined) return (value) => value === undefined;
  if (typeof operand === 'number') return (value) => numberOf(value) === operand;
  if (typeof operand === 'string') return (value) => value === operand;
  if (typeof operand === 'boolean') return () => false; // no variable is a boolean
  throw unusable(operator, 'a string, number, boolean or null', operand);
}

function ordered(holds: (value: number, bound: number) => boolean): CompileTest {
  return (operand, operator) => {
    const bound = numberOf(operand);
    if (bound === undefined) throw unusable(operator, 'a number', operand);
    return (value) => {
      const number = numberOf(value);
      return number !== undefined && holds(number, bound);
    };
  };
}

function searches(flags: string): CompileTest {
  return (operand, operator) => {
    if (typeof operand !== 'string' && typeof operand !== 'number') {
      throw unusable(operator, 'a regular expression', operand);
    }
    const pattern = compilePattern(String(operand), flags);
    return (value) => value !== undefined && pattern.test(value);
  };
}

/** Compares without conversion, as Lua does: the number 1 in the list does not equal the text '1'. */
function isIn(operand: unknown, operator: string): Test {
  if (!Array.isArray(operand)) throw unusable(operator, 'an array', operand);
  const members = new Set<unknown>(operand);
  return (value) => value !== undefined && members.has(value);
}

/** True for a list that contains the operand. No variable of a request is a list, so it is always false. */
function has(): Test {
  return () => false;
}

function ipMatch(operand: unknown): Test {
  const texts: readonly unknown[] = Array.isArray(operand) ? operand : [operand];
  if (texts.length === 0 || operand === null || operand === undefined || operand === '') {
    throw new VarsError('invalid ip address');
  }
  let contains: (address: string) => boolean;
  try {
    contains = compileCidrs(texts.map(String));
  } catch (cause) {
    throw new VarsError((cause as Error).message, { cause });
  }
  return (value) => value !== undefined && contains(value);
}

/** Like Lua, converts a string that is written as a number. */
function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'string' ? luaNumber(value) : undefined;
}

function unusable(operator: string, expected: string, found: unknown): VarsError {
  const shown = found === undefined ? 'nothing' : printable(JSON.stringify(found));
  return new VarsError(
    `invalid value for operator '${operator}': expected ${expected}, got ${shown}`,
  );
}

// White space as in LuaJIT: space and 0x09 to 0x0D, not 0xA0. No two adjacent repetitions can match the same
// character, so matching takes linear time however long the client's text is.
const DECIMAL = /^[\t-\r ]*[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:e[+-]?[0-9]+)?[\t-\r ]*$/i;
const HEXADECIMAL = /^[\t-\r ]*([+-]?)(0x[0-9a-f]+)[\t-\r ]*$/i;

/**
 * Lua's `tonumber`. Unlike `Number`, it refuses the empty string and accepts `-0x10`.
 *
 * @example luaNumber(' 1.5e3') // 1500
 */
export function luaNumber(text: string): number | undefined {
  if (DECIMAL.test(text)) return Number(text);
  const hexadecimal = HEXADECIMAL.exec(text);
  if (hexadecimal === null) return undefined;
  return Number(hexadecimal[2]) * (hexadecimal[1] === '-' ? -1 : 1);
}
