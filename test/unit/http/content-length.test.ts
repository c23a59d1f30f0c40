import { expect, it } from 'vitest';
import { lengthOf, mayHaveLength } from '../../../src/http/content-length.ts';

it.each([
  ['0', 0],
  ['5', 5],
  ['005', 5],
  ['999999999999999', 999999999999999],
  ['1000000000000000', null],
  ['', null],
  ['+5', null],
  ['-5', null],
  ['5.0', null],
  ['0x5', null],
  ['1e1', null],
  ['5x', null],
  ['x5', null],
  ['5 5', null],
  // The same several times is one.
  ['5, 5', 5],
  ['5,5 ,\t5', 5],
  ['5, 6', null],
  ['6, 5, 5', null],
  ['5, 5, 6', null],
  ['5, 05', null],
  ['5,', null],
  [', 5', null],
  ['x, x', null],
])('%j is %s bytes', (value, expected) => {
  expect(lengthOf(value)).toBe(expected);
});

it.each([
  [100, false],
  [101, false],
  [199, false],
  [200, true],
  [203, true],
  [204, false],
  [205, true],
  [304, true],
  [500, true],
])('an answer of status %i may have one: %s', (status, expected) => {
  expect(mayHaveLength(status)).toBe(expected);
});
