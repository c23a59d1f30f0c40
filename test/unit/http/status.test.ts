import { expect, it } from 'vitest';
import { statusClass } from '../../../src/http/status.ts';

it.each([
  [100, '1xx'],
  [200, '2xx'],
  [404, '4xx'],
  [599, '5xx'],
  [99, '5xx'],
  [600, '5xx'],
  [999, '5xx'],
])('counts the status %i as %s', (status, expected) => {
  expect(statusClass(status)).toBe(expected);
});
