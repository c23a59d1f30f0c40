import { expect, it } from 'vitest';
import { recordResponse } from '../../../src/compare/recorded.ts';
import { memoryBudget } from '../../../src/http/memory-budget.ts';

const bytes = (...values: number[]) => new Uint8Array(values);

it('records a response, and keeps its memory until it is released', async () => {
  const budget = memoryBudget(100);
  const { tap, done, release } = recordResponse(10, budget);
  tap.head(201, ['X-A', 'b'], null);
  tap.chunk(bytes(1, 2));
  tap.chunk(bytes(3));
  tap.end(true, ['X-T', 'c']);
  expect(await done).toEqual({
    status: 201,
    headers: ['X-A', 'b'],
    trailers: ['X-T', 'c'],
    body: bytes(1, 2, 3),
  });
  expect(budget.held).toBe(11);
  release();
  release();
  expect(budget.held).toBe(0);
});

it('reserves the memory of a body whose length is stated at once, or none', async () => {
  const budget = memoryBudget(100);
  const one = recordResponse(60, budget);
  one.tap.head(200, [], 60);
  expect(budget.held).toBe(60);
  const other = recordResponse(60, budget);
  other.tap.head(200, [], 60);
  expect([await other.done, other.tap.wanted, budget.held]).toEqual(['memory_limit', false, 60]);
  for (let i = 0; i < 6; i++) one.tap.chunk(new Uint8Array(10).fill(i));
  one.tap.end(true, null);
  const body = Uint8Array.from({ length: 60 }, (_, i) => Math.floor(i / 10));
  expect(await one.done).toMatchObject({ body });
});

it('records no part of a body that is shorter than stated', async () => {
  const { tap, done } = recordResponse(10, memoryBudget(10));
  tap.head(200, [], 3);
  tap.chunk(bytes(1, 2));
  tap.end(true, null);
  expect(await done).toBe('body_incomplete');
});

it('records a response without a body', async () => {
  const { tap, done } = recordResponse(0, memoryBudget(0));
  tap.head(204, [], 0);
  tap.end(true, null);
  expect(await done).toEqual({ status: 204, headers: [], trailers: null, body: bytes() });
});

it('keeps its own bytes: those of the tap are only lent', async () => {
  const { tap, done } = recordResponse(100_000, memoryBudget(100_000));
  const lent = new Uint8Array(8192);
  tap.head(200, [], null);
  const sizes = [8192, 1, 5000, 10, 8192];
  for (const [i, size] of sizes.entries()) tap.chunk(lent.subarray(0, size).fill(i + 1));
  lent.fill(0);
  tap.end(true, null);
  const recorded = await done;
  const whole = sizes.flatMap((size, i) => Array<number>(size).fill(i + 1));
  expect(recorded).toMatchObject({ body: Uint8Array.from(whole) });
});

it('says when the head arrived', () => {
  const recording = recordResponse(10, memoryBudget(100));
  expect(recording.headAtMs).toBe(null);
  const before = performance.now();
  recording.tap.head(200, [], 11);
  expect(recording.headAtMs).toBeGreaterThanOrEqual(before);
});

type Recording = ReturnType<typeof recordResponse>;

const LOST: readonly [because: string, reason: string, how: (recording: Recording) => void][] = [
  ['the head states too many bytes', 'body_too_large', ({ tap }) => tap.head(200, ['a', 'b'], 11)],
  [
    'the body has too many bytes',
    'body_too_large',
    ({ tap }) => {
      tap.head(200, ['a', 'b'], null);
      tap.chunk(bytes(1, 2, 3, 4, 5, 6));
      tap.chunk(bytes(1, 2, 3, 4, 5));
    },
  ],
  [
    'the body breaks off',
    'body_incomplete',
    ({ tap }) => {
      tap.head(200, ['a', 'b'], null);
      tap.chunk(bytes(1));
      tap.end(false, null);
    },
  ],
  [
    'it is given up half-way',
    'body_incomplete',
    ({ tap, giveUp }) => {
      tap.head(200, ['a', 'b'], 10);
      tap.chunk(bytes(1));
      giveUp();
    },
  ],
  ['it is given up before the head', 'body_incomplete', ({ giveUp }) => giveUp()],
  [
    'the fields need too much memory',
    'memory_limit',
    ({ tap }) => tap.head(200, ['a', 'x'.repeat(20)], 0),
  ],
  [
    'the body needs too much memory',
    'memory_limit',
    ({ tap }) => {
      tap.head(200, ['a', 'x'.repeat(12)], null);
      for (let i = 0; i < 4; i++) tap.chunk(bytes(1, 2));
    },
  ],
  [
    'the trailers need too much memory',
    'memory_limit',
    ({ tap }) => {
      tap.head(200, ['a', 'b'], 1);
      tap.chunk(bytes(1));
      tap.end(true, ['a', 'x'.repeat(20)]);
    },
  ],
];

it.each(LOST)('holds nothing once %s: %s', async (_, reason, how) => {
  const budget = memoryBudget(20);
  const recording = recordResponse(10, budget);
  const { tap, done, giveUp } = recording;
  expect(tap.wanted).toBe(true);
  how(recording);
  expect(tap.wanted).toBe(false);
  // What still comes is for nobody.
  tap.head(200, ['c', 'd'], 1);
  tap.chunk(bytes(1));
  tap.end(true, null);
  giveUp();
  expect([await done, budget.held]).toEqual([reason, 0]);
});

it('is not given up once it is whole', async () => {
  const { tap, done, giveUp } = recordResponse(10, memoryBudget(10));
  tap.head(200, [], 10);
  tap.chunk(new Uint8Array(10));
  tap.end(true, null);
  expect(tap.wanted).toBe(false);
  giveUp();
  expect(await done).toMatchObject({ status: 200, body: new Uint8Array(10) });
});
