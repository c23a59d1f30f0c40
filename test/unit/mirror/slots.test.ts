import { expect, it } from 'vitest';
import { Slots } from '../../../src/mirror/slots.ts';

it('lists what is in it', () => {
  const slots = new Slots<string>();
  slots.take('a');
  const b = slots.take('b');
  slots.take('c');
  expect(slots.size).toBe(3);
  slots.free(b);
  expect([slots.all, slots.size]).toEqual([['a', 'c'], 2]);
});

it('gives a free slot to the next', () => {
  const slots = new Slots<number>();
  const used = new Set<number>();
  for (let i = 0; i < 1000; i += 2) {
    const [first, second] = [slots.take(i), slots.take(i + 1)];
    used.add(first).add(second);
    slots.free(first);
    slots.free(second);
  }
  expect([...used].toSorted()).toEqual([0, 1]);
  expect(slots.all).toEqual([]);
});
