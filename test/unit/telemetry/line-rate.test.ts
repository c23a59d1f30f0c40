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
  admit('old');
  admit('old');
  clock.now = 1000;
  for (let i = 0; i < 999; i++) admit(`key ${i}`);
  expect(admit('old')).toBe(1);
  for (let i = 0; i < 999; i++) admit(`other ${i}`);
  expect(admit('old')).toBeNull();
  admit('one more');
  expect(admit('other 0')).toBeNull();
  admit('and another');
  expect(admit('old')).toBe(0);
});
