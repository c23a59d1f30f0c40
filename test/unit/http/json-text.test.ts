import { describe, expect, it } from 'vitest';
import { type JsonVisitor, visitJson } from '../../../src/http/json-text.ts';

/** What a visitor is told, in short. */
function told(text: string, enough = Infinity): readonly string[] {
  const all: string[] = [];
  const note = (what: string): boolean => all.push(what) < enough;
  const visitor: JsonVisitor = {
    open: (start, isObject, isEmpty) =>
      note(`${isObject ? '{' : '['}${start}${isEmpty ? ' empty' : ''}`),
    close: (end) => note(`close ${end}`),
    name: (start, end) => void note(`name ${text.slice(start, end)}`),
    scalar: (start, end) => void note(text.slice(start, end)),
  };
  const error = visitJson(text, visitor);
  return error === null ? all : [...all, `${error.at}: ${error.expected}`];
}

describe('a visitor of JSON', () => {
  it.each([
    ['1', ['1']],
    [' "a\\"" ', ['"a\\""']],
    ['[]', ['[0 empty', 'close 2']],
    ['[{ } ,null]', ['[0', '{1 empty', 'close 4', 'null', 'close 11']],
    ['{"a" : [1], "a":2}', ['{0', 'name "a"', '[7', '1', 'close 10', 'name "a"', '2', 'close 18']],
    ['', ['0: a value']],
    ['[1 2]', ['[0', '1', '3: "," or "]"']],
    ['{"a":1,}', ['{0', 'name "a"', '1', '7: a key in double quotes']],
    ['["\\u12"]', ['[0', '2: a valid character or escape in a string']],
    ['[1]]', ['[0', '1', 'close 3', '3: nothing more']],
  ] as const)('of %j is told %j', (text, expected) => {
    expect(told(text)).toEqual(expected);
  });

  it('stops the reading when it has seen enough', () => {
    expect(told('[[[1]]]', 2)).toEqual(['[0', '[1', '2: ']);
    expect(told('[[1],2]', 4)).toEqual(['[0', '[1', '1', 'close 4', '4: ']);
  });

  it('may be interested in nothing', () => {
    expect(visitJson('{"a":[1,{}]}')).toBe(null);
    expect(visitJson('['.repeat(300_000))).toEqual({ at: 300_000, expected: 'a value or "]"' });
  });
});
