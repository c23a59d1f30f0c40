import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { ConnectionLeft } from '../../../../src/http/transport.ts';
import { churn } from '../../../../src/mirror/limits/churn.ts';
import { inFlight } from '../../../../src/mirror/limits/in-flight.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const PLACES = 100;

/** Sends copies one after the other until no place is left, and tells how many there were. */
function sending() {
  const places = inFlight(PLACES);
  const leave = churn(500, places);
  return (most: number, connection: ConnectionLeft, now: number) => {
    let sent = 0;
    for (; sent < most && places.enter(); sent++) leave(connection, now);
    expect(places.count).toBe(0);
    return sent;
  };
}

it('lets places rest for a second once a mirror uses up more connections than it may', () => {
  const send = sending();
  expect(send(5000, 'kept', 0)).toBe(5000);
  expect(send(5000, 'closed', 0)).toBe(500 + PLACES);
  vi.advanceTimersByTime(999);
  expect(send(1, 'kept', 999)).toBe(0);
  vi.advanceTimersByTime(1);
  expect(send(5000, 'kept', 1000)).toBe(5000);
  expect(send(5000, 'closed', 1000)).toBe(500 + PLACES);
});

it('counts an answer that was cut off for four', () => {
  expect(sending()(5000, 'cut', 0)).toBe(125 + PLACES);
});
