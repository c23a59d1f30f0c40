import type { Inbound } from '../http/messages.ts';
import { VarsError } from './error.ts';
import { compileTest, isOperator, negate } from './operator.ts';
import { compileVariable } from './variable.ts';

export { VarsError } from './error.ts';

/** A compiled expression: returns whether it is true for a request. */
export type Condition = (request: Inbound) => boolean;

/** Expressions also arrive through the admin API and must not be able to overflow the stack. */
const MAX_DEPTH = 32;

const LOGIC: ReadonlyMap<string, (conditions: readonly Condition[]) => Condition> = new Map([
  ['AND', every],
  ['OR', some],
  ['!AND', (conditions: readonly Condition[]) => not(every(conditions))],
  ['!OR', (conditions: readonly Condition[]) => not(some(conditions))],
]);

/**
 * Compiles a `vars` expression (`_meta.filter` is one too) to a function of the request. Nothing is parsed per
 * request. The empty list is always true.
 *
 * - `[variable, operator, value]`, `[variable, '!', operator, value]`, or `[variable, value]` for `==`
 * - operators: `== ~= > >= < <= ~~ ~* in has ipmatch`, in upper or lower case
 * - a list of expressions is their AND; with `AND`, `OR`, `!AND` or `!OR` as its first element, the list combines
 *   the other elements that way
 *
 * @throws {VarsError} with lua-resty-expr's text, for example `invalid operator '='`
 * @example
 * const isCanary = compileVars(['OR', ['http_x_canary', '==', '1'], ['arg_v', '>', 2]]);
 */
export function compileVars(expression: unknown): Condition {
  if (!Array.isArray(expression)) {
    throw new VarsError(`wrong type: expected array, got ${typeName(expression)}`);
  }
  if (expression.length === 0) return () => true;
  if (!Array.isArray(expression[0]) && logicOf(expression[0]) === undefined) {
    throw new VarsError('rule should be wrapped inside brackets');
  }
  return compileRules(expression, 1);
}

function compileRules(rules: unknown, depth: number): Condition {
  if (!Array.isArray(rules)) throw new VarsError('rule should be wrapped inside brackets');
  if (rules.length === 0) throw new VarsError('rule too short');
  if (depth > MAX_DEPTH) throw new VarsError(`rule nested deeper than ${MAX_DEPTH} levels`);

  if (Array.isArray(rules[0])) return every(rules.map((rule) => compileRules(rule, depth + 1)));

  const combine = logicOf(rules[0]);
  if (combine === undefined) return compileComparison(rules);
  // As in lua-resty-expr, combining a single expression is an error.
  if (rules.length <= 2) throw new VarsError('rule too short');
  return combine(rules.slice(1).map((rule) => compileRules(rule, depth + 1)));
}

function compileComparison(rule: readonly unknown[]): Condition {
  const [name, second, third, fourth] = rule;
  if (rule.length === 4 && second !== '!') throw new VarsError("bad 'not' expression");
  if (typeof name !== 'string' || rule.length < 2 || rule.length > 4) {
    throw new VarsError('invalid expression');
  }
  if (rule.length === 4) {
    return compare(name, negate(compileTest(operatorText(third), fourth)));
  }
  if (rule.length === 2 && !(typeof second === 'string' && isOperator(second))) {
    if (second === null) throw new VarsError('invalid expression');
    return compare(name, compileTest('==', second));
  }
  return compare(name, compileTest(operatorText(second), third));
}

function compare(name: string, test: (value: string | undefined) => boolean): Condition {
  const read = compileVariable(name);
  return (request) => test(read(request));
}

function every(conditions: readonly Condition[]): Condition {
  if (conditions.length === 1) return conditions[0]!;
  return (request) => {
    for (const condition of conditions) if (!condition(request)) return false;
    return true;
  };
}

function some(conditions: readonly Condition[]): Condition {
  return (request) => {
    for (const condition of conditions) if (condition(request)) return true;
    return false;
  };
}

function not(condition: Condition): Condition {
  return (request) => !condition(request);
}

function logicOf(first: unknown): ((conditions: readonly Condition[]) => Condition) | undefined {
  return typeof first === 'string' ? LOGIC.get(first.toUpperCase()) : undefined;
}

/** The operator as text for messages; only a string can be a valid one. */
function operatorText(operator: unknown): string {
  return typeof operator === 'string' ? operator : (JSON.stringify(operator) ?? 'nothing');
}

function typeName(value: unknown): string {
  return value === null ? 'null' : typeof value;
}
