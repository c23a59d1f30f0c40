import { describe, expect, it } from 'vitest';
import { type Json, MAX_DEPTH, readJson } from '../../../src/compare/json.ts';
import { Numeral } from '../../../src/compare/numeral.ts';
import { OverBudget, Steps } from '../../../src/compare/steps.ts';
import { random } from '../../support/random.ts';
import { randomValue, written } from './random-json.ts';

const read = (text: string): Json | undefined => readJson(text, new Steps());

/** As `JSON.parse` would have it. */
function plain(value: Json): unknown {
  if (value instanceof Numeral) return Number(value.text);
  if (Array.isArray(value)) return value.map((element) => plain(element));
  if (!(value instanceof Map)) return value;
  return Object.fromEntries(Array.from(value, ([name, inner]) => [name, plain(inner)]));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text, (_, value: unknown) => (value === 0 ? 0 : value)) as unknown;
  } catch {
    return undefined;
  }
}

describe('the reader', () => {
  const next = random(7);
  const texts = Array.from({ length: 300 }, () => written(randomValue(next, 5), next));

  it('reads what JSON.parse reads', () => {
    for (const text of texts) expect(plain(read(text)!), text).toEqual(JSON.parse(text));
  });

  it('refuses what JSON.parse refuses', () => {
    const pieces = [
      '"',
      '\\',
      ',',
      ':',
      '{',
      '}',
      '[',
      ']',
      '0',
      '-',
      '.',
      'e',
      ' ',
      'true',
      '\u0000',
      '\ud800',
    ];
    let refused = 0;
    for (const text of texts.slice(0, 100))
      for (let i = 0; i < 60; i += 1) {
        const at = Math.floor(next() * (text.length + 1));
        const piece = i % 3 === 0 ? '' : pieces[Math.floor(next() * pieces.length)]!;
        const changed = text.slice(0, at) + piece + text.slice(at + (i % 2));
        const [expected, found] = [parsed(changed), read(changed)];
        if (expected === undefined) refused += 1;
        // Only a name that occurs twice is refused here and not there.
        if (expected === undefined || found !== undefined || !/[{]/.test(changed))
          expect(found === undefined ? undefined : plain(found), changed).toEqual(expected);
      }
    expect(refused).toBeGreaterThan(1000);
  });

  it('keeps all digits of numbers', () => {
    expect(read('[1.00,-0,1E+2,9007199254740993]')).toEqual([
      1,
      0,
      100,
      new Numeral('9007199254740993', '9007199254740993e0'),
    ]);
  });

  it('refuses names that occur twice, at any depth', () => {
    for (const text of ['{"a":1,"a":1}', '[{"b":{"a":1,"\\u0061":2}}]', '{"":1,"":1}'])
      expect(read(text)).toBeUndefined();
    expect(read('{"a":{"a":1},"A":1}')).toBeDefined();
  });

  it('refuses what is nested too deeply', () => {
    for (const [open, close] of [
      ['[', ']'],
      ['{"a":', '}'],
    ] as const) {
      const nested = (depth: number) => `${open.repeat(depth)}1${close.repeat(depth)}`;
      expect(read(nested(MAX_DEPTH))).toBeDefined();
      expect(read(nested(MAX_DEPTH + 1))).toBeUndefined();
      expect(read(open.repeat(100_000))).toBeUndefined();
    }
  });

  it('stops when the budget ends', () => {
    expect(() => readJson('[0,0,0,0]', new Steps(6))).toThrow(OverBudget);
    expect(readJson('[0,0,0,0]', new Steps(7))).toBeDefined();
  });
});
