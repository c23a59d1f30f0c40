import { expect, it } from 'vitest';
import { lifetimes } from '../../../src/telemetry/lifetimes.ts';

const HOUR = 3_600_000;

it('keeps labels for an hour after they went out of force, whenever they came', () => {
  const clock = { now: 0 };
  const lives = lifetimes(() => clock.now);
  lives.update([['1'], ['1', 'a'], ['1', 'b'], ['2']]);
  clock.now = 100 * HOUR;
  lives.update([['1'], ['1', 'b']]);
  const held = () => [lives.has('1'), lives.has('1', 'a'), lives.has('1', 'b'), lives.has('2')];
  expect(held()).toEqual([true, true, true, true]);
  clock.now += HOUR - 1;
  lives.update([['1'], ['1', 'b']]);
  expect(held()).toEqual([true, true, true, true]);
  clock.now++;
  lives.update([['1'], ['1', 'b']]);
  expect(held()).toEqual([true, false, true, false]);
});

it('starts the hour anew for labels that were back in between', () => {
  const clock = { now: 0 };
  const lives = lifetimes(() => clock.now);
  for (const [at, labels] of [
    [0, [['1']]],
    [1, []],
    [2, [['1']]],
    [HOUR, []],
    [2 * HOUR - 1, []],
  ] as const) {
    clock.now = at;
    lives.update(labels);
    expect(lives.has('1')).toBe(true);
  }
  clock.now = 2 * HOUR;
  lives.update([]);
  expect(lives.has('1')).toBe(false);
});

it('does not know what never was in force', () => {
  expect(lifetimes(() => 0).has('1')).toBe(false);
});
