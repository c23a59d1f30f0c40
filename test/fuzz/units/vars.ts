import { inboundOf, trustProxies } from '../../../src/request/inbound.ts';
import type { Inbound } from '../../../src/http/messages.ts';
import { compileVars, VarsError } from '../../../src/vars/expression.ts';
import type { Draw } from '../draw.ts';
import { mutatedJson } from '../mutate/json.ts';
import { ALIKE, finding, type Input, type Part, REFUSED, type Verdict } from '../part.ts';
import { enlarged, slowness } from './time.ts';

const VARIABLES = [
  ['http_x', 'http_cookie', 'cookie_c', 'arg_a', 'args', 'uri', 'request_uri', 'host'],
  ['http_host', 'method', 'remote_addr', 'server_port', 'nope', 'http_', '', '__proto__'],
  ['HTTP_X', 'post_arg_a'],
].flat();
const OPERATORS = [
  ['==', '~=', '>', '>=', '<', '<=', '~~', '~*', 'in', 'IN', 'has', 'ipmatch', '!', '=', ''],
  ['constructor'],
].flat();
const OPERANDS: readonly unknown[] = [
  'a',
  '',
  '1',
  1,
  -1,
  1.5,
  1e308,
  true,
  null,
  [],
  ['a', 1],
  ['10.0.0.0/8', '::1'],
  '127.0.0.1',
  {},
  '0x10',
  '1e400',
  '..',
  '\n',
];
const ATOMS = [
  ['a', 'b', '.', '\\w', '\\d', '\\s', '[ab]', '[^a]', '[a-z]', '\\.', '\\/', 'ab', '^', '$'],
  ['\\b', '(?i)', '\\p{L}', '[[:alpha:]]', '\\K', '(?=a)', '(?<!a)', '\\1', '[', ')', '\xe9'],
].flat();
const COUNTS = ['*', '+', '?', '{2}', '{1,}', '{1,3}', '{0,1000}', '*?', '+?', ''];

/** Units that long subjects are made of, and endings that nothing matches. */
const UNITS = [
  ['a', 'b', 'ab', 'aa', '1', ' ', '\t', '\xa0', '.', '/', '%', '%20', 'a=', ';', ',', ': ', '0'],
  ['1.', '\xe9', '1,'],
].flat();
const TAILS = ['', '!', 'x', '\0', 'b', '1x', '.', ' x'];

/** Expressions of `vars`, and the patterns in them. */
export class Vars implements Part {
  readonly name = 'vars';
  readonly lanes = 1;
  readonly batch = 600;
  readonly #limit: number;

  /** @param limit milliseconds that one evaluation may take, whatever the client sends */
  constructor(limit: number) {
    this.#limit = limit;
  }

  make(draw: Draw): Input {
    const expression = draw.chance(0.8)
      ? JSON.stringify(expressionOf(draw))
      : mutatedJson(expressionOf(draw), draw);
    return {
      pieces: [expression, draw.pick(UNITS), draw.pick(TAILS)],
      facts: { large: draw.chance(0.5) },
    };
  }

  run({ pieces: [text = '', unit = '', tail = ''], facts = {} }: Input): Verdict {
    const expression = jsonOf(text);
    const compiled = conditionOf(expression);
    if (compiled === null) return REFUSED;
    const request = requestWith(facts['large'] === true ? enlarged(unit, tail) : unit + tail);
    const slow = slowness(() => compiled(request), this.#limit);
    if (slow !== null) return finding(`${slow}: ${text}`);
    const fault = lawFault(expression as readonly unknown[], request);
    return fault === null ? ALIKE : finding(`${fault}: ${text}`);
  }
}

function expressionOf(draw: Draw, depth = 0): unknown {
  if (depth < 3 && draw.chance(0.3)) {
    const rules = Array.from({ length: draw.few(1, 3) }, () => expressionOf(draw, depth + 1));
    return draw.chance(0.5) ? rules : [draw.pick(['AND', 'OR', '!AND', '!OR', 'and']), ...rules];
  }
  const operator = draw.pick(OPERATORS);
  const operand =
    operator.startsWith('~') && draw.chance(0.8) ? patternOf(draw, 0) : draw.pick(OPERANDS);
  const rule = [draw.pick(VARIABLES), ...(draw.chance(0.15) ? ['!'] : []), operator, operand];
  return depth === 0 ? [rule] : rule;
}

function patternOf(draw: Draw, depth: number): string {
  let text = '';
  for (let left = draw.few(1, 4); left > 0; left--) {
    const atom =
      depth < 3 && draw.chance(0.4)
        ? `(${draw.pick(['', '?:', '?:'])}${patternOf(draw, depth + 1)})`
        : draw.pick(ATOMS);
    text += atom + draw.pick(COUNTS) + (draw.chance(0.15) ? '|' : '');
  }
  return text;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `null`: refused. */
function conditionOf(expression: unknown): ((request: Inbound) => boolean) | null {
  try {
    return compileVars(expression);
  } catch (error) {
    if (error instanceof VarsError) return null;
    throw error;
  }
}

const TRUST = trustProxies([]);

/** A request that has the subject in every place that a variable may read. */
function requestWith(subject: string): Inbound {
  const received = {
    method: subject === '' ? 'GET' : subject.slice(0, 20),
    target: `/${subject}?${subject}&a=${subject}`,
    scheme: 'http' as const,
    authority: subject,
    serverPort: 80,
    peer: subject,
    headers: ['Host', subject, 'X', subject, 'Cookie', subject, 'Cookie', `b=1; c=${subject}`],
    upload: null,
    upgradable: false,
    takesTrailers: false,
    onGone() {},
    inform() {},
  };
  return inboundOf(received, TRUST, () => '');
}

/** Laws that hold for every expression. */
function lawFault(expression: readonly unknown[], request: Inbound): string | null {
  const holds = (rules: unknown) => conditionOf(rules)?.(request) ?? null;
  const value = holds(expression);
  if (typeof value !== 'boolean') return `is ${String(value)}`;
  if (expression.length === 0) return null;
  const laws: readonly (readonly [rules: unknown, due: boolean])[] = [
    [['AND', expression, expression], value],
    [['OR', expression, expression], value],
    [['!AND', expression, expression], !value],
    [['!OR', expression, expression], !value],
  ];
  // Expressions beyond the depth limit are refused.
  const broken = laws.find(([rules, due]) => (holds(rules) ?? due) !== due);
  return broken === undefined
    ? null
    : `with ${String((broken[0] as unknown[])[0])} of twice itself it is not what it is`;
}
