import type { Comparison, Difference } from '../../../../src/compare/comparison.ts';
import type { ComparedPair } from '../../../../src/compare/report/mirror-sums.ts';

export const NOON_MS: number = Date.parse('2026-05-04T12:00:00Z');

/** A difference of values, with what a test changes. */
export function difference(place: string, changes: Partial<Difference> = {}): Difference {
  return { place, kind: 'value', ignored: false, primary: 1, mirror: 2, ...changes };
}

export function compared(...differences: readonly Difference[]): Comparison {
  const isSame = differences.every(({ ignored }) => ignored);
  return { result: isSame ? 'same' : 'different', differences };
}

/** A pair of `GET /users/1` on route 1, with what a test changes. */
export function pair(comparison: Comparison, changes: Partial<ComparedPair> = {}): ComparedPair {
  return {
    route: '1',
    mirror: 'http://mirror.example',
    method: 'GET',
    target: '/users/1?token=secret',
    requestId: 'id-1',
    atMs: NOON_MS,
    comparison,
    primary: { status: 200, seconds: 0.004 },
    mirrorResponse: { status: 200, seconds: 0.006 },
    ...changes,
  };
}
