import { expect, it } from 'vitest';
import { firstOfEachSecond } from '../../../../src/cli/demo/described.ts';

it('describes the first three requests of each second, whoever asks, and says once that there are more', () => {
  let now = 0;
  let more = 0;
  const isDescribed = firstOfEachSecond(
    () => (more += 1),
    () => now,
  );
  const ids = ['a', 'b', 'c', 'd', 'e'];
  expect(ids.map(isDescribed)).toEqual([true, true, true, false, false]);
  expect(more).toBe(1);
  now = 1000;
  // The mirror responds later: what was chosen stays chosen, and counts once.
  expect(ids.map(isDescribed)).toEqual([true, true, true, false, false]);
  expect(['f', 'g', 'h'].map(isDescribed)).toEqual([true, true, true]);
  expect(more).toBe(1);
  expect(isDescribed('i')).toBe(false);
  expect(more).toBe(2);
});
