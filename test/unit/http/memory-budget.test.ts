import { expect, it } from 'vitest';
import { halfOf, memoryBudget } from '../../../src/http/memory-budget.ts';

it('never reserves more than its limit, and nothing of what does not fit', () => {
  const budget = memoryBudget(10);
  expect([budget.reserve(6), budget.reserve(5), budget.held]).toEqual([true, false, 6]);
  budget.release(6);
  expect([budget.reserve(10), budget.held]).toEqual([true, 10]);
});

it('has a half that leaves the other half to others, and takes no more than is left', () => {
  const budget = memoryBudget(10);
  const half = halfOf(budget);
  expect([half.limit, half.reserve(4), half.reserve(2)]).toEqual([5, true, false]);
  expect([half.held, budget.held]).toEqual([4, 4]);
  half.release(4);
  expect([half.held, budget.held]).toEqual([0, 0]);
  budget.reserve(8);
  expect([half.reserve(3), half.held, budget.held]).toEqual([false, 0, 8]);
  expect([half.reserve(2), half.held, budget.held]).toEqual([true, 2, 10]);
});
