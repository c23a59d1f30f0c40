import { expect, it } from 'vitest';
import { quarterOf, memoryBudget } from '../../../src/http/memory-budget.ts';

it('never reserves more than its limit, and nothing of what does not fit', () => {
  const budget = memoryBudget(10);
  expect([budget.reserve(6), budget.reserve(5), budget.held]).toEqual([true, false, 6]);
  budget.release(6);
  expect([budget.reserve(10), budget.held]).toEqual([true, 10]);
});

it('has a quarter that leaves the rest to others, and takes no more than is left', () => {
  const budget = memoryBudget(20);
  const quarter = quarterOf(budget);
  expect([quarter.limit, quarter.reserve(4), quarter.reserve(2)]).toEqual([5, true, false]);
  expect([quarter.held, budget.held]).toEqual([4, 4]);
  quarter.release(4);
  expect([quarter.held, budget.held]).toEqual([0, 0]);
  budget.reserve(18);
  expect([quarter.reserve(3), quarter.held, budget.held]).toEqual([false, 0, 18]);
  expect([quarter.reserve(2), quarter.held, budget.held]).toEqual([true, 2, 20]);
});
