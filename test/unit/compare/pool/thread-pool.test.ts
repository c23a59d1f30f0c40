import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Comparison } from '../../../../src/compare/comparison.ts';
import { type Batch, threadPool } from '../../../../src/compare/pool/thread-pool.ts';
import type { RecordedResponse } from '../../../../src/compare/recorded.ts';
import type { StartThread, ThreadEvents } from '../../../../src/runtime/thread.ts';
import { response as responseOf, rules } from '../responses.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const SAME: Comparison = { result: 'same', differences: [] };
const OVERLOAD: Comparison = { result: 'not_compared', reason: 'overload' };

/** A response with so many bytes. */
function response(bytes = 1): RecordedResponse {
  return responseOf(new Uint8Array(bytes));
}

/** A pool whose threads are driven by hand. */
function setUp() {
  const threads: { events: ThreadEvents; batches: Batch[]; stopped: boolean }[] = [];
  const errors: string[] = [];
  const start: StartThread = (_, events) => {
    const thread = { events, batches: [] as Batch[], stopped: false };
    threads.push(thread);
    return {
      post: (message) => void thread.batches.push(message as Batch),
      stop() {
        thread.stopped = true;
        events.onExit(null, true);
      },
    };
  };
  const pool = threadPool(
    start,
    () => new Uint8Array([1]),
    (error) => void errors.push(error),
  );
  const reply = (error: string | null = null) => {
    const { events, batches } = threads.at(-1)!;
    const results = batches.at(-1)!.pairs.map(() => SAME);
    events.onMessage({ results, error });
  };
  return { pool, threads, errors, reply };
}

it('starts a thread with the first pair, and sends the next batch after the reply to the last', async () => {
  const { pool, threads, reply, errors } = setUp();
  expect(threads).toEqual([]);
  const one = rules();
  const first = pool.compare(one, response(), response());
  const more = [1, 2].map(() => pool.compare(one, response(), response()));
  expect(threads).toHaveLength(1);
  const { batches } = threads[0]!;
  expect(batches.map(({ pairs }) => pairs.length)).toEqual([1]);
  reply('a fault of ours');
  expect(await first).toEqual(SAME);
  expect(errors).toEqual(['a fault of ours']);
  expect(batches.map(({ pairs }) => pairs.length)).toEqual([1, 2]);
  // Rules are sent once.
  expect(batches.map(({ rules: sent }) => sent.length)).toEqual([1, 0]);
  reply();
  expect(await Promise.all(more)).toEqual([SAME, SAME]);
});

it('sends few large pairs at a time, and many small ones', async () => {
  const { pool, threads, reply } = setUp();
  const one = rules();
  void pool.compare(one, response(), response());
  for (let i = 0; i < 4; i++) void pool.compare(one, response(100_000), response(1));
  for (let i = 0; i < 40; i++) void pool.compare(one, response(), response());
  for (let i = 0; i < 5; i++) reply();
  const sizes = () => threads[0]!.batches.map(({ pairs }) => pairs.length);
  expect(sizes()).toEqual([1, 2, 4, 8, 16]);
  // Fewer than it could send: more may come soon.
  vi.advanceTimersByTime(19);
  void pool.compare(one, response(), response());
  expect(sizes()).toHaveLength(5);
  vi.advanceTimersByTime(1);
  expect(sizes()).toEqual([1, 2, 4, 8, 16, 15]);
});

it('sends no more than the thread compared in a tenth of a second', async () => {
  const { pool, threads, reply } = setUp();
  const one = rules();
  for (let i = 0; i < 200; i++) void pool.compare(one, response(), response());
  for (let i = 0; i < 6; i++) reply();
  vi.advanceTimersByTime(400);
  reply();
  vi.advanceTimersByTime(1000);
  reply();
  reply();
  const sizes = threads[0]!.batches.map(({ pairs }) => pairs.length);
  expect(sizes).toEqual([1, 2, 4, 8, 16, 32, 32, 8, 1, 2]);
});

it('lets a pair wait no longer than ten seconds', async () => {
  const { pool, threads, reply } = setUp();
  const one = rules();
  const [first, overdue] = [1, 2].map(() => pool.compare(one, response(), response()));
  vi.advanceTimersByTime(9000);
  const next = pool.compare(one, response(), response());
  vi.advanceTimersByTime(2000);
  reply();
  expect([await first, await overdue]).toEqual([SAME, OVERLOAD]);
  expect(threads[0]!.batches).toHaveLength(2);
  reply();
  expect(await next).toEqual(SAME);
});

it('lets only so many wait', async () => {
  const { pool } = setUp();
  const one = rules();
  const waiting = Array.from({ length: 1025 }, () => pool.compare(one, response(), response()));
  expect(await pool.compare(one, response(), response())).toEqual(OVERLOAD);
  expect(waiting).toHaveLength(1025);
});

it('replaces a thread that dies, at most one a second; what it held is not compared', async () => {
  const { pool, threads, errors, reply } = setUp();
  const one = rules();
  const held = pool.compare(one, response(), response());
  const next = pool.compare(one, response(), response());
  vi.advanceTimersByTime(5000);
  threads[0]!.events.onExit(new Error('out of memory'), true);
  expect(await held).toEqual(OVERLOAD);
  expect(errors).toEqual(['out of memory']);
  expect(threads).toHaveLength(2);
  // The new thread knows no rules.
  expect(threads[1]!.batches[0]!.rules).toHaveLength(1);
  reply();
  expect(await next).toEqual(SAME);
  const last = pool.compare(one, response(), response());
  threads[1]!.events.onExit(null, true);
  expect(await last).toEqual(OVERLOAD);
  expect(await pool.compare(one, response(), response())).toEqual(OVERLOAD);
  expect(threads).toHaveLength(2);
});

it('ends a thread that does not reply', async () => {
  const { pool, threads } = setUp();
  const held = pool.compare(rules(), response(), response());
  vi.advanceTimersByTime(60_000);
  expect(threads[0]!.stopped).toBe(true);
  expect(await held).toEqual(OVERLOAD);
});

it('compares itself if no thread can be started', async () => {
  const { pool, threads, errors } = setUp();
  const one = rules();
  const pairs = [1, 2].map(() => pool.compare(one, response(), response()));
  threads[0]!.events.onExit(new Error('no such module'), false);
  vi.useRealTimers();
  expect(await Promise.all(pairs)).toEqual([SAME, SAME]);
  expect(await pool.compare(one, response(), response())).toEqual(SAME);
  expect(threads).toHaveLength(1);
  expect(errors).toEqual([expect.stringMatching(/main thread compares: no such module/)]);
});

it('goes on without a thread while the system has no room for one, and tries again a second later', async () => {
  const errors: string[] = [];
  let tries = 0;
  const pool = threadPool(
    () => {
      tries++;
      throw new Error('EAGAIN');
    },
    () => new Uint8Array([1]),
    (error) => void errors.push(error),
  );
  const one = rules();
  for (const expected of [1, 1, 2]) {
    expect(await pool.compare(one, response(), response())).toEqual(OVERLOAD);
    expect(tries).toBe(expected);
    vi.advanceTimersByTime(600);
  }
  expect(errors).toEqual(Array(2).fill('no thread can be started: Error: EAGAIN'));
});

it('never compares itself once a thread has worked, nor when it has ended one that is slow to start', async () => {
  for (const error of [new Error('out of memory'), null]) {
    const { pool, threads, reply } = setUp();
    const one = rules();
    if (error !== null) {
      void pool.compare(one, response(), response());
      reply();
      threads[0]!.events.onExit(null, true);
      vi.advanceTimersByTime(1000);
    }
    const held = pool.compare(one, response(), response());
    threads.at(-1)!.events.onExit(error, false);
    expect(await held).toEqual(OVERLOAD);
    vi.advanceTimersByTime(1000);
    const next = pool.compare(one, response(), response());
    reply();
    expect(await next).toEqual(SAME);
  }
});

it('gives everything up when the gateway stops', async () => {
  const { pool } = setUp();
  const one = rules();
  const pairs = [1, 2, 3].map(() => pool.compare(one, response(), response()));
  pool.abandon();
  const shutdown: Comparison = { result: 'not_compared', reason: 'shutdown' };
  expect(await Promise.all(pairs)).toEqual([shutdown, shutdown, shutdown]);
  expect(await pool.compare(one, response(), response())).toEqual(shutdown);
});
