import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { churn } from '../../../../src/mirror/limits/churn.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('holds places once a mirror uses up more than 2000 connections a second', () => {
  const { ended } = churn();
  let left = 0;
  const copies = (count: number, closed: boolean, now: number) => {
    for (let i = 0; i < count; i++) ended(closed, now, () => left++);
  };
  copies(2000, true, 0);
  expect(left).toBe(2000);
  copies(100, true, 0);
  expect(left).toBe(2000);
  copies(5000, false, 0);
  expect(left).toBe(7000);
  vi.advanceTimersByTime(999);
  expect(left).toBe(7000);
  vi.advanceTimersByTime(1);
  expect(left).toBe(7100);
  copies(2000, true, 1000);
  expect(left).toBe(9100);
});
