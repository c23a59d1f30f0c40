import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { LoopShare, type Reading } from '../../../../src/http1/client/loop-share.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

const SHARE = 0.25;

class Reader implements Reading {
  paused = false;
  pause(): void {
    this.paused = true;
  }
  resume(): void {
    this.paused = false;
  }
}

/** Connections that always have something to read, each read of which takes so many milliseconds. */
function busy(count: number, milliseconds: number, bytes = 65_536) {
  const readers = Array.from({ length: count }, () => new Reader());
  const share = new LoopShare(SHARE, () => readers);
  let used = 0;
  let longest = 0;
  /** As an event loop does: each that may read does so once, and in the end timers run. */
  function turn(): void {
    let inRow = 0;
    for (const reader of readers) {
      if (reader.paused) continue;
      vi.advanceTimersByTime(milliseconds);
      share.took(milliseconds, bytes, reader);
      inRow += milliseconds;
    }
    longest = Math.max(longest, inRow);
    used += inRow;
    if (inRow === 0) vi.advanceTimersByTime(1);
  }
  return { share, readers, turn, used: () => used, longest: () => longest };
}

function run(loop: ReturnType<typeof busy>, milliseconds: number): number {
  const began = performance.now();
  while (performance.now() - began < milliseconds) loop.turn();
  return performance.now() - began;
}

it.each([
  ['many costly reads', 128, 3],
  ['many cheap ones', 128, 0.02],
  ['one connection', 1, 1],
])('takes a quarter of the time for %s', (_, count, milliseconds) => {
  const loop = busy(count, milliseconds);
  const took = run(loop, 5000);
  expect(loop.used() / took).toBeLessThan(SHARE + 0.01);
  // Some is added meanwhile, and a read that begins within the share goes on to its end.
  expect(loop.longest()).toBeLessThanOrEqual(10 / (1 - SHARE) + milliseconds);
});

it('gives the time that there is, and not less', () => {
  const loop = busy(64, 0.5, 0);
  expect(loop.used() / run(loop, 5000)).toBeLessThan(SHARE);
  expect(loop.used() / 5000).toBeGreaterThan(SHARE * 0.9);
});

it('counts the bytes and the reads themselves, which are read outside of what is measured', () => {
  const [reader, other, later] = [new Reader(), new Reader(), new Reader()];
  const share = new LoopShare(SHARE, () => [reader]);
  for (let i = 0; i < 50; i++) share.took(0, 2 ** 20, other);
  expect(reader.paused).toBe(true);
  // Those that were not there then have to wait as well.
  share.took(0, 1, other);
  share.begins(later);
  expect([other.paused, later.paused]).toEqual([true, true]);
  vi.advanceTimersByTime(1000);
  expect([reader, other, later].map(({ paused }) => paused)).toEqual([false, false, false]);
});

it('has no say as long as exchanges take what they mostly do', () => {
  const reader = new Reader();
  const share = new LoopShare(SHARE, () => [reader]);
  // 100,000 in no time at all.
  for (let i = 0; i < 100_000; i++) {
    share.begins(reader);
    share.took(0.01, 200, reader);
  }
  expect(reader.paused).toBe(false);
});

it.each([
  [false, 58],
  [true, 6],
])('counts what it costs to connect: with TLS %s', (tls, most) => {
  const reader = new Reader();
  const share = new LoopShare(SHARE, () => [reader]);
  let connected = 0;
  while (!reader.paused) {
    share.connects(tls);
    connected += 1;
  }
  expect(connected - 1).toBe(most);
});

it('does not count time in which nothing was read: the process did not have the core', () => {
  const reader = new Reader();
  const share = new LoopShare(SHARE, () => [reader]);
  for (let i = 0; i < 20; i++) {
    vi.advanceTimersByTime(1);
    share.took(100, 200, reader);
  }
  expect(reader.paused).toBe(false);
  // What is as long as that for its bytes does count.
  share.took(100, 65_536, reader);
  expect(reader.paused).toBe(true);
});

it('keeps nobody from reading for long, however many connections are opened at once', () => {
  const reader = new Reader();
  const share = new LoopShare(SHARE, () => [reader]);
  for (let i = 0; i < 1000; i++) share.connects(true);
  expect(reader.paused).toBe(true);
  vi.advanceTimersByTime(250);
  expect(reader.paused).toBe(false);
});
