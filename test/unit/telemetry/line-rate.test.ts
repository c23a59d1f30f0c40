import { expect, it } from 'vitest';
import { lineRate } from '../../../src/telemetry/line-rate.ts';

it('lets one line a second and key through, and says how many it kept back', () => {
  const clock = { now: 0 };
  const admit = lineRate(() => clock.now);
  expect([admit('a'), admit('a'), admit('a'), admit('b')]).toEqual([0, null, null, 0]);
  clock.now = 999;
  expect(admit('a')).toBeNull();
  clock.now = 1000;
  expect([admit('a'), admit('a'), admit('b')]).toEqual([3, null, 0]);
  clock.now = 2000;
  expect([admit('a'), admit('b')]).toEqual([1, 0]);
});

it('forgets the keys that were quiet longest beyond a thousand', () => {
  const clock = { now: 0 };
  const admit = lineRate(() => clock.now);
  // As many keys a second as have lines.
  const others = (count: number) => {
    for (let i = 0; i < count; i++) {
      if (i % 99 === 0) clock.now += 1000;
      admit(`${clock.now} ${i}`);
    }
  };
  admit('old');
  admit('old');
  others(999);
  expect(admit('old')).toBe(1);
  admit('old');
  others(1000);
  expect(admit('old')).toBe(0);
});

it('lets a hundred lines a second through, whatever their keys', () => {
  const clock = { now: 0 };
  const admit = lineRate(() => clock.now);
  const round = () => {
    let lines = 0;
    let suppressed = 0;
    for (let i = 0; i < 2000; i++) {
      const kept = admit(`mirror ${i}`);
      if (kept === null) continue;
      lines += 1;
      suppressed += kept;
    }
    return { lines, suppressed };
  };
  expect(round()).toEqual({ lines: 100, suppressed: 0 });
  expect(round()).toEqual({ lines: 0, suppressed: 0 });
  clock.now = 1000;
  expect(round().lines).toBe(100);
});

it('counts the lines of a key that had to wait for others', () => {
  const clock = { now: 0 };
  const admit = lineRate(() => clock.now);
  for (let i = 0; i < 100; i++) admit(`mirror ${i}`);
  expect([admit('late'), admit('late')]).toEqual([null, null]);
  clock.now = 1000;
  expect(admit('late')).toBe(2);
});
