import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { ConnectionLeft } from '../../../../src/http/transport.ts';
import { churn } from '../../../../src/mirror/limits/churn.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Ends copies and tells how many places came back at once. */
function copies() {
  const { ended } = churn();
  let left = 0;
  return {
    end(count: number, connection: ConnectionLeft, now: number) {
      left = 0;
      for (let i = 0; i < count; i++) ended(connection, now, () => left++);
      return left;
    },
    left: () => left,
  };
}

it('holds places for a second once a mirror uses up more than 500 connections a second', () => {
  const { end, left } = copies();
  expect(end(500, 'closed', 0)).toBe(500);
  expect(end(5000, 'kept', 0)).toBe(5000);
  expect(end(100, 'closed', 0)).toBe(0);
  vi.advanceTimersByTime(999);
  expect(left()).toBe(0);
  vi.advanceTimersByTime(1);
  expect(left()).toBe(100);
  expect(end(501, 'closed', 1000)).toBe(500);
});

it('counts an answer that was cut off for four', () => {
  expect(copies().end(200, 'cut', 0)).toBe(125);
});
