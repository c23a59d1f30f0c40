import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { memoryBudget } from '../../../src/http/memory-budget.ts';
import { DEFAULT_MIRROR_MEMORY_BYTES, Recording } from '../../../src/mirror/record.ts';

const bytes = (...values: number[]) => new Uint8Array(values);

it('keeps what passed, and its memory until it is released', async () => {
  const budget = memoryBudget(100);
  const recording = new Recording(10, budget);
  recording.chunk(bytes(1, 2));
  recording.chunk(bytes(3));
  recording.end(true);
  expect(await recording.done).toEqual(bytes(1, 2, 3));
  expect(budget.held).toBe(3);
  recording.release();
  recording.release();
  expect(budget.held).toBe(0);
});

it('wants no more once it is over, whatever it came to', () => {
  const budget = memoryBudget(100);
  const [whole, cut, long] = [
    new Recording(10, budget),
    new Recording(10, budget),
    new Recording(1, budget),
  ];
  const wanted = () => [whole, cut, long].map((one) => one.wanted);
  expect(wanted()).toEqual([true, true, true]);
  whole.chunk(bytes(1, 2));
  expect(wanted()).toEqual([true, true, true]);
  whole.end(true);
  cut.giveUp();
  long.chunk(bytes(1, 2));
  expect(wanted()).toEqual([false, false, false]);
});

it('keeps an empty body, which is not the same as none', async () => {
  const recording = new Recording(0, memoryBudget(0));
  recording.end(true);
  expect(await recording.done).toEqual(bytes());
});

it('keeps as much as its limit and the budget allow', async () => {
  const budget = memoryBudget(3);
  const recording = new Recording(3, budget);
  recording.chunk(bytes(1, 2));
  recording.chunk(bytes(3));
  recording.end(true);
  expect(await recording.done).toEqual(bytes(1, 2, 3));
  expect([budget.reserve(1), budget.held]).toEqual([false, 3]);
});

it('keeps 64 MiB together where nothing else is set', () => {
  const budget = memoryBudget(DEFAULT_MIRROR_MEMORY_BYTES);
  expect([budget.reserve(67_108_864), budget.reserve(1)]).toEqual([true, false]);
});

it('joins large and small chunks in their order', async () => {
  const recording = new Recording(1e6, memoryBudget(1e6));
  const whole = Uint8Array.from({ length: 60_000 }, (_, i) => (i * 7) % 251);
  for (let at = 0, size = 1; at < whole.length; at += size, size = (size * 3) % 8191) {
    recording.chunk(whole.slice(at, at + size));
  }
  recording.end(true);
  expect(await recording.done).toEqual(whole);
});

it('holds few bytes beside a body that comes byte by byte', async () => {
  const recording = new Recording(1e6, memoryBudget(1e6));
  const sources = Array.from({ length: 1000 }, (_, i) => bytes(i % 256));
  for (const chunk of sources) recording.chunk(chunk);
  // Whoever writes to the chunks now writes to no copy's body: all but the first were copied.
  for (const chunk of sources.slice(1)) chunk[0] = 0;
  recording.end(true);
  expect(await recording.done).toEqual(Uint8Array.from({ length: 1000 }, (_, i) => i % 256));
});

it('does not keep a large read buffer alive for a few bytes of it', async () => {
  const recording = new Recording(100, memoryBudget(100));
  recording.chunk(new Uint8Array(65_536).subarray(10, 14));
  recording.end(true);
  expect(((await recording.done) as Uint8Array).buffer.byteLength).toBe(4);
});

const LOST = [
  ['a body over the limit', 'body_too_large', 3, 100, true],
  ['a body beyond the budget', 'memory_limit', 100, 3, true],
  ['a body that breaks off', 'body_incomplete', 100, 100, false],
] as const;

it.each(LOST)('keeps no part of %s', async (_, missing, limit, memory, whole) => {
  const budget = memoryBudget(memory);
  const recording = new Recording(limit, budget);
  recording.chunk(bytes(1, 2));
  recording.chunk(bytes(3, 4));
  recording.end(whole);
  recording.chunk(bytes(5));
  expect(await recording.done).toBe(missing);
  expect(budget.held).toBe(0);
});

it('is given up once, and not after it was whole', async () => {
  const budget = memoryBudget(100);
  const lost = new Recording(100, budget);
  lost.chunk(bytes(1));
  lost.giveUp();
  lost.end(true);
  expect(await lost.done).toBe('body_incomplete');
  expect(budget.held).toBe(0);
  const kept = new Recording(100, budget);
  kept.chunk(bytes(1));
  kept.end(true);
  kept.giveUp();
  expect(await kept.done).toEqual(bytes(1));
  expect(budget.held).toBe(1);
});

it('shares one budget among recordings', async () => {
  const budget = memoryBudget(5);
  const [first, second] = [new Recording(10, budget), new Recording(10, budget)];
  first.chunk(bytes(1, 2, 3));
  second.chunk(bytes(1, 2, 3));
  expect(await second.done).toBe('memory_limit');
  expect(budget.held).toBe(3);
  first.giveUp();
  expect(budget.held).toBe(0);
});

describe('when it may stand still', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('goes on as long as bytes pass, and is given up when none do', async () => {
    const budget = memoryBudget(100);
    const recording = new Recording(100, budget);
    recording.giveUpWhenIdle(1000);
    for (let i = 0; i < 5; i++) {
      vi.advanceTimersByTime(900);
      recording.chunk(bytes(i));
    }
    expect(budget.held).toBe(5);
    vi.advanceTimersByTime(2000);
    expect(await recording.done).toBe('body_incomplete');
    expect(budget.held).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('watches once, however often it is asked to', () => {
    const recording = new Recording(100, memoryBudget(100));
    recording.giveUpWhenIdle(1000);
    recording.giveUpWhenIdle(1000);
    expect(vi.getTimerCount()).toBe(1);
    recording.giveUp();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('needs no watch once it is over', async () => {
    const recording = new Recording(100, memoryBudget(100));
    recording.end(true);
    recording.giveUpWhenIdle(1000);
    expect(vi.getTimerCount()).toBe(0);
    expect(await recording.done).toEqual(bytes());
  });

  it('leaves no timer behind', async () => {
    const recording = new Recording(100, memoryBudget(100));
    recording.giveUpWhenIdle(1000);
    recording.end(true);
    recording.giveUpWhenIdle(1000);
    expect(await recording.done).toEqual(bytes());
    expect(vi.getTimerCount()).toBe(0);
  });
});
