import { expect, it } from 'vitest';
import { ResponseRecording } from '../../../src/compare/recorded.ts';
import { memoryBudget } from '../../../src/http/memory-budget.ts';

const bytes = (...values: number[]) => new Uint8Array(values);

it('records a response, and keeps its memory until it is released', async () => {
  const budget = memoryBudget(100);
  const recording = new ResponseRecording(10, budget);
  recording.head(201, ['X-A', 'b'], null);
  recording.chunk(bytes(1, 2));
  recording.chunk(bytes(3));
  recording.end(true, ['X-T', 'c']);
  expect(await recording.done).toEqual({
    status: 201,
    headers: ['X-A', 'b'],
    trailers: ['X-T', 'c'],
    body: bytes(1, 2, 3),
  });
  expect(budget.held).toBe(11);
  recording.release();
  recording.release();
  expect(budget.held).toBe(0);
});

it('reserves the memory of a body whose length is stated at once, or none', async () => {
  const budget = memoryBudget(100);
  const one = new ResponseRecording(60, budget);
  one.head(200, [], 60);
  expect(budget.held).toBe(60);
  const other = new ResponseRecording(60, budget);
  other.head(200, [], 60);
  expect([await other.done, other.wanted, budget.held]).toEqual(['memory_limit', false, 60]);
  for (let i = 0; i < 6; i++) one.chunk(new Uint8Array(10).fill(i));
  one.end(true, null);
  const body = Uint8Array.from({ length: 60 }, (_, i) => Math.floor(i / 10));
  expect(await one.done).toMatchObject({ body });
});

it('records no part of a body that is shorter than stated', async () => {
  const recording = new ResponseRecording(10, memoryBudget(10));
  recording.head(200, [], 3);
  recording.chunk(bytes(1, 2));
  recording.end(true, null);
  expect(await recording.done).toBe('body_incomplete');
});

it('records nothing of a body that is longer than stated', async () => {
  const recording = new ResponseRecording(10, memoryBudget(10));
  recording.head(200, [], 3);
  for (let i = 0; i < 2; i++) recording.chunk(bytes(1, 2));
  recording.end(true, null);
  expect(await recording.done).toBe('body_incomplete');
});

it('keeps the memory of a whole response also when it is given up afterwards', async () => {
  const budget = memoryBudget(10);
  const recording = new ResponseRecording(10, budget);
  recording.head(200, [], 3);
  recording.chunk(bytes(1, 2, 3));
  recording.end(true, null);
  recording.giveUp();
  expect([budget.held, await recording.done]).toMatchObject([3, { body: bytes(1, 2, 3) }]);
  recording.release();
  expect(budget.held).toBe(0);
});

it('holds nothing once nobody needs the response, whether it is whole or not', async () => {
  for (const isWhole of [true, false]) {
    const budget = memoryBudget(10);
    const recording = new ResponseRecording(10, budget);
    recording.head(200, [], 3);
    if (isWhole) {
      recording.chunk(bytes(1, 2, 3));
      recording.end(true, null);
    }
    recording.discard();
    expect([budget.held, recording.wanted]).toEqual([0, false]);
    if (!isWhole) expect(await recording.done).toBe('body_incomplete');
  }
});

it('records a response without a body', async () => {
  const recording = new ResponseRecording(0, memoryBudget(0));
  recording.head(204, [], 0);
  recording.end(true, null);
  expect(await recording.done).toEqual({ status: 204, headers: [], trailers: null, body: bytes() });
});

it('keeps its own bytes: those of the tap are only lent', async () => {
  const recording = new ResponseRecording(100_000, memoryBudget(100_000));
  const lent = new Uint8Array(8192);
  recording.head(200, [], null);
  const sizes = [8192, 1, 5000, 10, 8192];
  for (const [i, size] of sizes.entries()) recording.chunk(lent.subarray(0, size).fill(i + 1));
  lent.fill(0);
  recording.end(true, null);
  const recorded = await recording.done;
  const whole = sizes.flatMap((size, i) => Array<number>(size).fill(i + 1));
  expect(recorded).toMatchObject({ body: Uint8Array.from(whole) });
});

it('says when the head arrived', () => {
  const recording = new ResponseRecording(10, memoryBudget(100));
  expect(recording.headAtMs).toBe(null);
  const before = performance.now();
  recording.head(200, [], 11);
  expect(recording.headAtMs).toBeGreaterThanOrEqual(before);
});

const LOST: readonly [
  because: string,
  reason: string,
  how: (recording: ResponseRecording) => void,
][] = [
  [
    'the head states too many bytes',
    'body_too_large',
    (recording) => recording.head(200, ['a', 'b'], 11),
  ],
  [
    'the body has too many bytes',
    'body_too_large',
    (recording) => {
      recording.head(200, ['a', 'b'], null);
      recording.chunk(bytes(1, 2, 3, 4, 5, 6));
      recording.chunk(bytes(1, 2, 3, 4, 5));
    },
  ],
  [
    'the body breaks off',
    'body_incomplete',
    (recording) => {
      recording.head(200, ['a', 'b'], null);
      recording.chunk(bytes(1));
      recording.end(false, null);
    },
  ],
  [
    'it is given up half-way',
    'body_incomplete',
    (recording) => {
      recording.head(200, ['a', 'b'], 10);
      recording.chunk(bytes(1));
      recording.giveUp();
    },
  ],
  ['it is given up before the head', 'body_incomplete', (recording) => recording.giveUp()],
  [
    'the fields need too much memory',
    'memory_limit',
    (recording) => recording.head(200, ['a', 'x'.repeat(20)], 0),
  ],
  [
    'the body needs too much memory',
    'memory_limit',
    (recording) => {
      recording.head(200, ['a', 'x'.repeat(12)], null);
      for (let i = 0; i < 4; i++) recording.chunk(bytes(1, 2));
    },
  ],
  [
    'the trailers need too much memory',
    'memory_limit',
    (recording) => {
      recording.head(200, ['a', 'b'], 1);
      recording.chunk(bytes(1));
      recording.end(true, ['a', 'x'.repeat(20)]);
    },
  ],
];

it.each(LOST)('holds nothing once %s: %s', async (_, reason, how) => {
  const budget = memoryBudget(20);
  const recording = new ResponseRecording(10, budget);
  expect(recording.wanted).toBe(true);
  how(recording);
  expect(recording.wanted).toBe(false);
  // What still comes is for nobody.
  recording.head(200, ['c', 'd'], 1);
  recording.chunk(bytes(1));
  recording.end(true, null);
  recording.giveUp();
  expect([await recording.done, budget.held]).toEqual([reason, 0]);
});

it('is not given up once it is whole', async () => {
  const recording = new ResponseRecording(10, memoryBudget(10));
  recording.head(200, [], 10);
  recording.chunk(new Uint8Array(10));
  recording.end(true, null);
  expect(recording.wanted).toBe(false);
  recording.giveUp();
  expect(await recording.done).toMatchObject({ status: 200, body: new Uint8Array(10) });
});
