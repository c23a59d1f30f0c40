import { expect, it, vi } from 'vitest';
import { createBackground } from '../../../src/runtime/background.ts';

function work() {
  let resolve!: () => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<void>((...settle) => ([resolve, reject] = settle));
  return { promise, resolve, reject };
}

it('is idle when all work is over, whether it went well or not', async () => {
  const { waitUntil, drain } = createBackground();
  const idle = () => drain(60_000, () => {});
  await idle();
  const good = work();
  const bad = work();
  waitUntil(good.promise);
  waitUntil(bad.promise);
  let is = false;
  const both = Promise.all([idle(), idle()]).then(() => (is = true));
  good.resolve();
  await good.promise;
  expect(is).toBe(false);
  bad.reject(new Error('broke'));
  await both;
});

it('waits for work that comes while it waits', async () => {
  const { waitUntil, drain } = createBackground();
  const idle = () => drain(60_000, () => {});
  const first = work();
  const second = work();
  waitUntil(first.promise);
  const over: string[] = [];
  const waited = idle().then(() => over.push('idle'));
  // Told before the listener that counts the first as over.
  waitUntil(second.promise.then(() => over.push('second')));
  first.resolve();
  await first.promise;
  second.resolve();
  await waited;
  expect(over).toEqual(['second', 'idle']);
});

it('has what is left abandoned when the time is over, and waits for its end', async () => {
  const { waitUntil, drain } = createBackground();
  const left = work();
  waitUntil(left.promise);
  let abandoned = 0;
  await drain(1, () => {
    abandoned += 1;
    left.resolve();
  });
  expect(abandoned).toBe(1);
});

it('never has anything abandoned after a time that no timer can hold', async () => {
  const { waitUntil, drain } = createBackground();
  const left = work();
  waitUntil(left.promise);
  const abandon = vi.fn();
  const drained = drain(Infinity, abandon);
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(abandon).not.toHaveBeenCalled();
  left.resolve();
  await drained;
});
