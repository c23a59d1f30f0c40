import { describe, expect, it } from 'vitest';
import { Numeral } from '../../../src/compare/numeral.ts';
import { compileScopes } from '../../../src/compare/scopes.ts';
import { OverBudget, Steps } from '../../../src/compare/steps.ts';
import { ARRAY, MAX_DEPTH, NAME, type Scalar, Tape } from '../../../src/compare/tape.ts';
import { random } from '../../support/random.ts';
import { randomValue, written } from './random-json.ts';
import { countSlots } from './slots.ts';

/** A value with all that is in it; the members of objects by their names. */
type Value = Scalar | Value[] | Map<string, Value>;

const scope = compileScopes({ ignored: [], unordered: [], redacted: [] })();

function valueOf(tape: Tape, entry: number): Value {
  if (tape.kind(entry) < NAME) return tape.scalarOf(entry);
  const inner = [...tape.within(entry, scope)];
  if (tape.kind(entry) === ARRAY) return inner.map(([element]) => valueOf(tape, element));
  return new Map(inner.map(([value, , name]) => [tape.nameOf(name), valueOf(tape, value)]));
}

const newTape = (texts: string) => new Tape(texts.length, new Steps());

const OTHER = '{"other":["document",1],"a":2}';

/** The value as the second document of a pair; the same as the first one. */
function read(text: string): Value | undefined {
  const [before, after] = [newTape(text + OTHER), newTape(text + OTHER)];
  expect(after.read(OTHER)).toBe(true);
  const isRead = after.read(text);
  expect(before.read(text)).toBe(isRead);
  expect(before.read(OTHER)).toBe(true);
  const values = isRead ? [valueOf(before, 0), valueOf(after, after.mirror)] : [];
  expect(values[0]).toEqual(values[1]);
  before.release();
  after.release();
  return values[1];
}

/** As `JSON.parse` would have it. */
function plain(value: Value): unknown {
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
    const readWith = (steps: number) => new Tape(9, new Steps(steps)).read('[0,0,0,0]');
    expect(() => readWith(4)).toThrow(OverBudget);
    expect(readWith(5)).toBe(true);
  });
});

describe('a tape', () => {
  const sample = '{"a":[1,{"b":[]}],"c":{"a":"x"}}';

  it('leads from a value past all that is in it', () => {
    const tape = new Tape(2 * sample.length, new Steps());
    expect(tape.read(sample) && tape.read(sample)).toBe(true);
    expect(tape.after(0)).toBe(tape.mirror);
    const [first, second] = tape.parts(0);
    expect(tape.after(first!)).toBe(second);
    expect(tape.after(second!)).toBe(tape.mirror);
    expect(tape.count(0)).toBe(2);
  });

  it('gives a name the same number in both documents, however it is written', () => {
    const tape = new Tape(100, new Steps());
    expect(tape.read('{"a":1,"b":2}') && tape.read('{"\\u0062":1,"a":2}')).toBe(true);
    const numbersOf = (entry: number) => tape.parts(entry).map((name) => tape.first(name));
    expect(numbersOf(tape.mirror)).toEqual(numbersOf(0).toReversed());
  });

  it('leaves its room to the next one, also that of two bodies of 1 MiB', () => {
    new Tape(2 ** 21, new Steps()).release();
    const slots = countSlots();
    new Tape(2 ** 21, new Steps()).release();
    expect(slots()).toBe(0);
  });

  it('needs no more room than it has for any text, whole or broken off', () => {
    const opened = ['[', '{"":', '[[],', '[1,'];
    for (const piece of [...opened, '1,', '[],', '{},', '{"":0},', '"",'])
      for (const count of [1, 255, 256, 257, 5000]) {
        const broken = (opened.includes(piece) ? '' : '[') + piece.repeat(count);
        for (const one of [broken, `${broken}0`, `${broken}0]`])
          expect(typeof new Tape(2 * one.length, new Steps()).read(one)).toBe('boolean');
        const whole = `[${piece.repeat(count)}0]`;
        if (opened.includes(piece)) continue;
        const tape = new Tape(2 * whole.length, new Steps());
        expect(tape.read(whole) && tape.read(whole), whole.slice(0, 20)).toBe(true);
        expect(tape.count(tape.mirror)).toBe(count + 1);
      }
  });

  it('is not mixed up with one that is read at the same time', () => {
    const [one, other] = [new Tape(20, new Steps()), new Tape(20, new Steps())];
    for (const text of ['["one"]', '1']) expect(one.read(text)).toBe(true);
    for (const text of ['["other"]', '2']) expect(other.read(text)).toBe(true);
    expect([valueOf(one, 0), valueOf(other, 0)]).toEqual([['one'], ['other']]);
    one.release();
    other.release();
    const third = new Tape(20, new Steps());
    expect(third.read('[1]') && third.read('["third"]')).toBe(true);
    expect(valueOf(third, third.mirror)).toEqual(['third']);
  });
});
