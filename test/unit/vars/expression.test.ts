import { describe, expect, it } from 'vitest';
import { compileVars, VarsError } from '../../../src/vars/expression.ts';
import { request } from '../routes/request.ts';

/** The value of arg_k under test; undefined leaves the argument out. */
function holds(expression: unknown, value: string | undefined): boolean {
  return compileVars(expression)(request(value === undefined ? '/' : `/?k=${value}`));
}

describe('operators', () => {
  it.each<[string, unknown, Record<string, boolean>, boolean]>([
    ['==', 'v', { v: true, V: false, '': false }, false],
    ['==', '18', { 18: true, '18.0': false }, false],
    [
      '==',
      18,
      { 18: true, '18.0': true, '0x12': true, '1.8e1': true, '': false, aa: false },
      false,
    ],
    ['==', -16, { '-0x10': true, '-16': true }, false],
    ['==', 0, { 0: true, '': false }, false],
    ['==', true, { true: false }, false],
    ['==', null, { v: false, '': false }, true],
    ['~=', 'v', { v: false, w: true, '': true }, true],
    ['~=', '18', { 18: false, '18.0': true }, true],
    ['~=', 18, { 18: false, '18.0': false, 16: true, aa: true }, true],
    ['~=', null, { v: true, '': true }, false],
    ['>', 10, { 11: true, 10: false, 9: false, x: false, '': false }, false],
    ['>', '10', { 11: true, 9: false, x: false }, false],
    ['>=', 10, { 11: true, 10: true, 9: false, x: false }, false],
    ['<', 10, { 11: false, 10: false, 9: true, x: false, '': false }, false],
    ['<=', 10, { 11: false, 10: true, 9: true, x: false }, false],
    ['<', 10.5, { 10.4: true, 10.5: false, '.5': true, '5.': true }, false],
    ['~~', '[a-z]+', { a: true, A: false, 9: false, '': false }, false],
    ['~~', '^$', { '': true, a: false }, false],
    ['~~', '(?i)^A', { abc: true, ABC: true, b: false }, false],
    ['~~', '(?is)a.b', { 'A\nB': true }, false],
    ['~~', '^[\\w\\-]+$', { 'a-b': true, 'a.b': false }, false],
    ['~~', '^\\p{L}+$', { é: true, '9': false }, false],
    ['~~', 1, { 21: true, 2: false }, false],
    ['~*', 'A', { a: true, A: true, b: false, '': false }, false],
    ['in', ['1', '2'], { 1: true, 4: false, '': false }, false],
    ['in', [1, 2], { 1: false }, false],
    ['in', [], { 1: false }, false],
    ['has', 'a', { a: false }, false],
    ['IN', ['1'], { 1: true, 2: false }, false],
    ['ipmatch', '127.0.0.1', { '127.0.0.1': true, '127.0.0.2': false, x: false }, false],
    ['ipmatch', ['10.0.0.0/8', '::1'], { '10.2.3.4': true, '::1': true, '11.0.0.1': false }, false],
    ['IpMatch', '127.0.0.0/16', { '127.0.9.9': true, '127.1.0.0': false }, false],
  ])('%s %j', (operator, operand, values, missing) => {
    for (const [value, expected] of Object.entries(values)) {
      expect([value, holds([['arg_k', operator, operand]], value)]).toEqual([value, expected]);
      expect([value, holds([['arg_k', '!', operator, operand]], value)]).toEqual([
        value,
        !expected,
      ]);
    }
    expect(holds([['arg_k', operator, operand]], undefined)).toBe(missing);
    expect(holds([['arg_k', '!', operator, operand]], undefined)).toBe(!missing);
  });

  it.each<[unknown[], string | undefined, boolean]>([
    [['arg_k', 'v'], 'v', true],
    [['arg_k', 'V'], 'V', true],
    [['arg_k', 'v'], 'w', false],
    [['arg_k', 'v'], undefined, false],
    [['arg_k', 5], '5.0', true],
    [['arg_k', '~='], 'v', true],
    [['arg_k', '=='], undefined, true],
  ])('the short form %j of %j: %s', (rule, value, expected) => {
    expect(holds([rule], value)).toBe(expected);
  });

  it('reads remote_addr and headers', () => {
    const condition = compileVars([
      ['remote_addr', 'ipmatch', '10.0.0.0/8'],
      ['http_real_ip', 'ipmatch', ['127.0.0.1']],
    ]);
    const headers = ['Real-IP', '127.0.0.1'];
    expect(condition(request('/', { remoteAddr: '::ffff:10.0.0.1', headers }))).toBe(true);
    expect(condition(request('/', { remoteAddr: '11.0.0.1', headers }))).toBe(false);
    expect(condition(request('/', { remoteAddr: '10.0.0.1' }))).toBe(false);
  });
});

describe('logic', () => {
  const more = ['arg_k', '>', 10];
  const less = ['arg_k', '<', 20];

  it.each<[string, unknown, Record<string, boolean>]>([
    ['a list is AND', [more, less], { 5: false, 15: true, 25: false }],
    ['AND', ['AND', more, less], { 5: false, 15: true, 25: false }],
    ['and', ['and', more, less], { 5: false, 15: true, 25: false }],
    ['!AND', ['!AND', more, less], { 5: true, 15: false, 25: true }],
    ['OR', ['OR', ['arg_k', '1'], ['arg_k', '2']], { 1: true, 2: true, 3: false }],
    ['!or', ['!or', ['arg_k', '1'], ['arg_k', '2']], { 1: false, 2: false, 3: true }],
    ['nested', ['OR', ['arg_k', '1'], ['AND', more, less]], { 1: true, 2: false, 15: true }],
    ['a list inside', ['OR', ['arg_k', '1'], [more, less]], { 1: true, 2: false, 15: true }],
    [
      'logic in a list',
      [['OR', ['arg_k', '1'], more], less],
      { 1: true, 2: false, 15: true, 25: false },
    ],
  ])('%s', (_, expression, values) => {
    for (const [value, expected] of Object.entries(values)) {
      expect([value, holds(expression, value)]).toEqual([value, expected]);
    }
  });

  it('the empty list always holds', () => {
    expect(holds([], undefined)).toBe(true);
  });
});

describe('mistakes', () => {
  const k = ['arg_k', '==', 'v'];

  it.each<[unknown, string]>([
    [[['arg_k', '=', 'v']], "invalid operator '='"],
    [[['arg_k', 'invalid', 10]], "invalid operator 'invalid'"],
    [[['arg_k', 'constructor', 10]], "invalid operator 'constructor'"],
    [[['arg_k', 5, 10]], "invalid operator '5'"],
    [[['arg_k', '!', '==']], "invalid operator '!'"],
    [[['arg_k', '!', '=', 'v']], "invalid operator '='"],
    [[['arg_k']], 'invalid expression'],
    [[['arg_k', null]], 'invalid expression'],
    [[['arg_k', '!', '==', 'v', 'w']], 'invalid expression'],
    [[[5, '==', 'v']], 'invalid expression'],
    [[[]], 'rule too short'],
    [['OR', k], 'rule too short'],
    [['OR', k, ['AND']], 'rule too short'],
    [['OR', k, []], 'rule too short'],
    [k, 'rule should be wrapped inside brackets'],
    [[k, 'arg_k'], 'rule should be wrapped inside brackets'],
    [[null], 'rule should be wrapped inside brackets'],
    [[['!', 'arg_k', '==', '1']], "bad 'not' expression"],
    [[['arg_k', 'ipmatch']], 'invalid ip address'],
    [[['arg_k', 'ipmatch', null]], 'invalid ip address'],
    [[['arg_k', 'ipmatch', '']], 'invalid ip address'],
    [[['arg_k', 'ipmatch', []]], 'invalid ip address'],
    [[['arg_k', 'ipmatch', ['']]], 'invalid ip address: '],
    [[['arg_k', 'ipmatch', ['1.2.3.4', 'x']]], 'invalid ip address: x'],
    [{}, 'wrong type: expected array, got object'],
    ['x', 'wrong type: expected array, got string'],
    [null, 'wrong type: expected array, got null'],
    [[['arg_k', '>', 'x']], 'invalid value for operator \'>\': expected a number, got "x"'],
    [[['arg_k', '>']], "invalid value for operator '>': expected a number, got nothing"],
    [[['arg_k', 'in', 'x']], 'invalid value for operator \'in\': expected an array, got "x"'],
    [
      [['arg_k', '==', ['x']]],
      'invalid value for operator \'==\': expected a string, number, boolean or null, got ["x"]',
    ],
    [
      [['arg_k', '~~', null]],
      "invalid value for operator '~~': expected a regular expression, got null",
    ],
  ])('%j: %s', (expression, message) => {
    expect(() => compileVars(expression)).toThrow(new VarsError(message));
  });

  it.each(['(', '[a', 'a{2,1}', 'a++', '(?>a)', '\\Aa', '[[:alpha:]]', '\\x{41}', '(?P<n>a)'])(
    'the pattern %s is refused when the document is read',
    (pattern) => {
      expect(() => compileVars([['arg_k', '~~', pattern]])).toThrow(VarsError);
      expect(() => compileVars([['arg_k', '~~', pattern]])).toThrow(
        `invalid regular expression '${pattern}': `,
      );
    },
  );

  it('an escaped backslash before a letter is no escape of that letter', () => {
    expect(holds([['arg_k', '~~', '^\\\\A$']], '\\A')).toBe(true);
  });

  it('bounds the depth', () => {
    const nested = (levels: number) => {
      let rule: unknown = k;
      for (let i = 1; i < levels; i += 1) rule = [rule];
      return rule;
    };
    expect(holds(nested(32), 'v')).toBe(true);
    expect(() => compileVars(nested(33))).toThrow('rule nested deeper than 32 levels');
    expect(() => compileVars(nested(100_000))).toThrow('rule nested deeper than 32 levels');
  });
});
