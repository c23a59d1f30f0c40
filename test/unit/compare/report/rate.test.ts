import { expect, it } from 'vitest';
import { rateOf } from '../../../../src/compare/report/rate.ts';

// Reference values: Wilson's score interval without continuity correction, z = 1.96.
it.each([
  [0, 0, { share: 0, low: 0, high: 1 }],
  [0, 2, { share: 0, low: 0, high: 1 }],
  [0, 18_420, { share: 0, low: 0, high: 0.0001629 }],
  [50, 5000, { share: 0.01, low: 0.007594, high: 0.01316 }],
  [1, 10, { share: 0.1, low: 0.01788, high: 0.4042 }],
  [10, 10, { share: 1, low: 0.7225, high: 1 }],
])('%i of %i', (count, pairs, rate) => {
  expect(rateOf(count, pairs)).toEqual(rate);
});
