import { describe, expect, it } from 'vitest';
import { Findings } from '../../../src/compare/findings.ts';
import { compileRules } from '../../../src/compare/rules.ts';
import { MAX_STEPS, Steps } from '../../../src/compare/steps.ts';
import { Tape } from '../../../src/compare/tape.ts';
import { compareJson } from '../../../src/compare/walk.ts';
import { random } from '../../support/random.ts';
import { changes, randomValue, written } from './random-json.ts';
import { jsonDifferences, rules } from './responses.ts';
import { countSlots } from './slots.ts';

describe('random values', () => {
  const next = random(16);
  const values = Array.from({ length: 150 }, () => randomValue(next, 4));

  it('are equal to themselves, however they are written', async () => {
    for (const value of values)
      expect(await jsonDifferences(written(value, next), written(value, next))).toEqual([]);
  });

  it('are equal to themselves in arrays without an order', async () => {
    const list = { kind: 'array', elements: values } as const;
    const backwards = { kind: 'array', elements: values.toReversed() } as const;
    const texts = [written(list, next), written(backwards, next)] as const;
    expect(await jsonDifferences(...texts, { unordered: [''] })).toEqual([]);
    expect(await jsonDifferences(...texts)).toEqual([' order']);
  });

  it('show one change at exactly its place', async () => {
    let tried = 0;
    for (const value of values)
      for (const { value: changed, difference } of changes(value)) {
        const texts = [written(value, next), written(changed, next)] as const;
        expect(await jsonDifferences(...texts), texts.join('\n')).toEqual([difference]);
        tried += 1;
      }
    expect(tried).toBeGreaterThan(1000);
  });

  it('show a change in a shuffled array at exactly its place', async () => {
    const elements = values
      .slice(0, 20)
      .map((value, id) => `{"id":${id},"in":${written(value, next)}}`);
    const list = (last: string, order: string[]) => `[${[...order, `{"price":${last}}`].join()}]`;
    const texts = [list('1', elements), list('2', elements.toReversed())] as const;
    expect(await jsonDifferences(...texts, { unordered: [''] })).toEqual(['/*/price value']);
    expect(await jsonDifferences(...texts)).toEqual(['/*/price value']);
  });
});

const list = (size: number, element: (i: number) => unknown) =>
  JSON.stringify(Array.from({ length: size }, (_, i) => element(i)));
const object = (size: number, member: (i: number) => [string, unknown]) =>
  JSON.stringify(Object.fromEntries(Array.from({ length: size }, (_, i) => member(i))));
const nested = (depth: number, inner: string) => '['.repeat(depth) + inner + ']'.repeat(depth);

/** Pairs that are costly for something, by a size in bytes. */
const COSTLY: Readonly<Record<string, (bytes: number) => readonly [string, string]>> = {
  'numbers, one of them another': (bytes) => [
    `[${'0,'.repeat(bytes / 2)}1]`,
    `[${'0,'.repeat(bytes / 2)}2]`,
  ],
  'numbers in the opposite order': (bytes) => [
    list(bytes / 6, (i) => i),
    list(bytes / 6, (i) => bytes / 6 - i),
  ],
  'numbers that are shifted': (bytes) => [list(bytes / 6, (i) => i), list(bytes / 6, (i) => i + 1)],
  'numbers without a common one': (bytes) => [
    list(bytes / 6, (i) => i),
    list(bytes / 7, (i) => -i - 1),
  ],
  'arrays of one number without a common one': (bytes) => [
    list(bytes / 10, (i) => [i]),
    list(bytes / 10, (i) => [-i - 1]),
  ],
  'two numbers that alternate': (bytes) => [
    list(bytes / 2, (i) => i % 2),
    list(bytes / 2, (i) => (i + 1) % 2),
  ],
  'keys in the opposite order': (bytes) => [
    object(bytes / 10, (i) => [`k${i}`, 1]),
    object(bytes / 10, (i) => [`k${bytes / 10 - i}`, 2]),
  ],
  'keys that are all new': (bytes) => [
    object(bytes / 10, (i) => [`k${i}`, 1]),
    object(bytes / 10, (i) => [`j${i}`, 1]),
  ],
  'keys with a long common start': (bytes) => [
    object(bytes / 1010, (i) => [`${'k'.repeat(1000)}${i}`, 1]),
    object(bytes / 1010, (i) => [`${'k'.repeat(1000)}${i}`, 2]),
  ],
  'deep arrays': (bytes) => [
    `[${`${nested(200, '1')},`.repeat(bytes / 400)}0]`,
    `[${`${nested(200, '2')},`.repeat(bytes / 400)}0]`,
  ],
  'arrays of different lengths within each other': (bytes) => [
    `[${`${'[0,'.repeat(200)}1${']'.repeat(200)},`.repeat(bytes / 800)}0]`,
    `[${`${'[0,0,'.repeat(200)}2${']'.repeat(200)},`.repeat(bytes / 1200)}0]`,
  ],
  'deep objects with new members': (bytes) => [
    `[${`${'{"a":'.repeat(200)}1${'}'.repeat(200)},`.repeat(bytes / 1200)}0]`,
    `[${`${'{"b":1,"a":'.repeat(200)}2${'}'.repeat(200)},`.repeat(bytes / 2400)}0]`,
  ],
  'empty objects': (bytes) => [`[${'{},'.repeat(bytes / 3)}1]`, `[${'{},'.repeat(bytes / 3)}2]`],
  'objects of one empty name': (bytes) => [
    `[${'{"":0},'.repeat(bytes / 7)}1]`,
    `[${'{"":1},'.repeat(bytes / 7)}1]`,
  ],
  'numbers within the tolerance': (bytes) => [
    list(bytes / 10, (i) => i + 0.001),
    list(bytes / 10, (i) => i + 0.002),
  ],
};

describe.each([
  ['as they are', rules()],
  [
    'with all rules',
    rules({ ignore: ['/**/x', '/*/y/**/z'], unordered: ['/**'], tolerance: 0.01 }),
  ],
  ['with a tolerance', rules({ tolerance: 0.01 })],
  ['hidden', rules({ redact: { headers: [], query: [], json: ['/**/a', '/*/*'] } })],
])('the steps for costly pairs %s', (_, changed) => {
  function stepsFor([primary, mirror]: readonly [string, string]): number {
    const compiled = compileRules(changed);
    const steps = new Steps();
    const tape = new Tape(primary.length + mirror.length, steps);
    expect(tape.read(primary) && tape.read(mirror)).toBe(true);
    compareJson(tape, compiled.root(), compiled.tolerance, new Findings(), steps);
    tape.release();
    return steps.taken;
  }

  it.each(Object.entries(COSTLY))('grow with the bytes: %s', (__, pair) => {
    const [small, large] = [stepsFor(pair(24_000)), stepsFor(pair(240_000))];
    expect(large / small).toBeLessThan(11);
    expect(large).toBeLessThan(MAX_STEPS);
  });
});

describe('the slots of all arrays that are made for a pair', () => {
  it.each(Object.entries(COSTLY))('are no more than its characters: %s', async (_, pair) => {
    const texts = pair(240_000);
    const slots = countSlots();
    await jsonDifferences(...texts);
    // Some more for what is open where a text breaks off.
    expect(slots()).toBeLessThan(1.1 * texts.join('').length);
  });
});

it('compares objects of 100,000 members', async () => {
  const member =
    (value: number) =>
    (i: number): [string, unknown] => [`${i}`, i === 77_777 ? value : i];
  const texts = [object(100_000, member(1)), object(100_000, member(2))] as const;
  expect(await jsonDifferences(...texts)).toEqual(['/77777 value']);
});

describe('names', () => {
  it.each([
    ['__proto__', '/__proto__'],
    ['constructor', '/constructor'],
    ['', '/'],
    ['/', '/~1'],
    ['~', '/~0'],
    ['~1', '/~01'],
    ['*', '/*'],
    ['**', '/*'],
    ['a b\u0000\u2028', '/a b\u0000\u2028'],
    ['x'.repeat(65), '/*'],
  ])('%j stands in a place that is a pointer to it', async (name, place) => {
    const texts = [1, 2].map((value) => JSON.stringify(Object.fromEntries([[name, value]])));
    const [primary, mirror] = texts as [string, string];
    expect(await jsonDifferences(primary, mirror)).toEqual([`${place} value`]);
    expect(await jsonDifferences(primary, mirror, { ignore: [place] })).toEqual([
      `(${place} value)`,
    ]);
  });
});
