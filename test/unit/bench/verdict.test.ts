import { describe, expect, it } from 'vitest';
import { MissingError, newFigures } from '../../../bench/report/series.ts';
import { GOALS } from '../../../bench/throughput/goals.ts';
import { verdictOn } from '../../../bench/throughput/verdict.ts';

const goal = { name: 'a / b', over: 'a', under: 'b', least: 2 };

function figures(a: readonly number[], b: readonly number[]) {
  const made = newFigures();
  a.forEach((value) => made.add('a', value));
  b.forEach((value) => made.add('b', value));
  return made;
}

describe('the verdict on a goal', () => {
  it('is that on the median of the ratios of each round', () => {
    // The ratio of the medians would be 3 / 2.
    const verdict = verdictOn(goal, figures([2, 4, 3], [1, 2, 3]));
    expect(verdict).toEqual({
      passed: true,
      cells: ['a / b', '>= 2', '2.00 (1.00 - 2.00)', 'ok'],
    });
    expect(verdictOn(goal, figures([3, 3, 3], [1, 2, 2]))!.passed).toBe(false);
  });

  it('is that on the figure itself when there is nothing to compare it with', () => {
    const size = { name: 'size', over: 'a', most: 60 };
    expect(verdictOn(size, figures([60], []))!.passed).toBe(true);
    expect(verdictOn(size, figures([61], []))!.passed).toBe(false);
  });

  it('is none when a side was not measured', () => {
    expect(verdictOn(goal, figures([1], []))).toBeNull();
  });

  it('fails when one side went wrong and the other was not measured', () => {
    const made = figures([1], []);
    made.fail('a', new Error('it crashed'));
    expect(verdictOn(goal, made)!.cells.at(-1)).toBe('FAIL');
  });

  it('fails when a side went wrong, however good its other rounds were', () => {
    const made = figures([9, 9], [1, 1]);
    made.fail('b', new Error('3 wrong answers\nand more'));
    expect(verdictOn(goal, made)).toEqual({
      passed: false,
      cells: ['a / b', '>= 2', '3 wrong answers', 'FAIL'],
    });
  });

  it('is no failure where the other is not installed, and says so', () => {
    const made = figures([9, 9], []);
    made.fail('b', new MissingError('run npm ci --prefix bench'));
    expect(verdictOn(goal, made)).toEqual({
      passed: true,
      cells: ['a / b', '>= 2', 'run npm ci --prefix bench', 'missing'],
    });
  });
});

it('gives every goal a bound and a name of its own', () => {
  expect(new Set(GOALS.map(({ name }) => name)).size).toBe(GOALS.length);
  expect(GOALS.filter(({ least, most }) => (least ?? most) === undefined)).toEqual([]);
});
