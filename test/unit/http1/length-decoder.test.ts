import { expect, it } from 'vitest';
import { LengthDecoder, part } from '../../../src/http1/length-decoder.ts';

it('takes bodies of a length, one after another, and leaves what is behind each', () => {
  const told: [string, number][] = [];
  const decoder = new LengthDecoder((bytes, wire) => told.push([bytes.toString(), wire]));
  expect([decoder.done, decoder.trailers]).toEqual([true, null]);
  const input = Buffer.from('.hello!!');
  decoder.remaining = 5;
  expect([decoder.read(input.subarray(0, 4), 1), decoder.done, decoder.remaining]).toEqual([
    4,
    false,
    2,
  ]);
  expect([decoder.read(input, 4), decoder.done]).toEqual([6, true]);
  decoder.remaining = 2;
  expect([decoder.read(input, 6), decoder.done]).toEqual([8, true]);
  // What frames it is in the head: the bytes on the wire are those of the body.
  expect(told).toEqual([
    ['hel', 3],
    ['lo', 2],
    ['!!', 2],
  ]);
});

it('has no part made of what is all of it', () => {
  const input = Buffer.from('abc');
  expect(part(input, 0, 3)).toBe(input);
  expect(part(input, 1, 3).toString()).toBe('bc');
  expect(part(input, 1, 2).toString()).toBe('b');
  expect(part(input, 0, 2).toString()).toBe('ab');
});
