import { expect, it } from 'vitest';
import type { ConnectionLeft } from '../../../src/http/transport.ts';
import {
  type Breaker,
  breaker,
  churn,
  inFlight,
  NO_BREAKER,
  NO_RATE_LIMIT,
} from '../../../src/mirror/limits.ts';

it('lets all through where there is no limit', () => {
  NO_RATE_LIMIT.owe(5, 0);
  expect([NO_RATE_LIMIT.has(0), NO_RATE_LIMIT.take(0), NO_RATE_LIMIT.debt(0)]).toEqual([
    true,
    true,
    0,
  ]);
});

const PLACES = 100;

/** Sends copies whenever there is a place, one after the other, and tells how many there were. */
function sending(tls = false) {
  const used = churn(500, tls);
  const places = inFlight(PLACES, used);
  return (connection: ConnectionLeft, from: number, to = from, most = 5000) => {
    let sent = 0;
    for (let now = from; now <= to; now++) {
      for (; sent < most && places.acquire(now); sent++) {
        places.release();
        used.released(connection, now);
      }
    }
    return sent;
  };
}

it('costs nothing as long as a mirror keeps its connections', () => {
  expect(sending()('kept', 0)).toBe(5000);
});

it.each([
  ['closes them', 'closed', false, 500],
  ['answers without end', 'cut', false, 125],
  ['closes them, with TLS', 'closed', true, 62.5],
] as const)('holds a mirror that %s to a number of connections a second', (_, left, tls, rate) => {
  const send = sending(tls);
  // The burst of a second, and as much as there are places.
  const cost = 500 / rate;
  expect(send(left, 0)).toBe(Math.ceil((500 + PLACES) / cost));
  expect(send(left, 1, 10_000)).toBeLessThanOrEqual(10 * rate);
  expect(send(left, 10_001, 20_000)).toBeGreaterThan(9.9 * rate);
});

it('lets a mirror that keeps them again have all of its places at once', () => {
  const send = sending();
  send('closed', 0);
  expect(send('kept', 0)).toBe(0);
  expect(send('kept', 1000)).toBe(5000);
});

it('has as many places as it was given, and each again once it is left', () => {
  const places = inFlight(2, churn(1));
  expect([places.acquire(0), places.acquire(0), places.acquire(0)]).toEqual([true, true, false]);
  expect([places.count, places.full(0)]).toEqual([2, true]);
  places.release();
  expect([places.acquire(0), places.acquire(0)]).toEqual([true, false]);
});

it('has fewer while more connections were used up than may be', () => {
  const used = churn(10);
  const places = inFlight(2, used);
  for (let i = 0; i < 12; i++) used.released('closed', 0);
  expect([places.acquire(0), places.acquire(90), places.acquire(90)]).toEqual([false, true, false]);
});

function settle(one: Breaker, now: number, ...results: boolean[]): void {
  for (const success of results) one.settle(one.pass(now), success, now);
}
function opened(failures = 2, open = 5): Breaker {
  const one = breaker({ failures, open });
  settle(one, 0, ...Array.from({ length: failures }, () => false));
  return one;
}

it('opens after so many failures in a row, and not before', () => {
  const one = breaker({ failures: 3, open: 5 });
  settle(one, 0, false, false, true, false, false);
  expect([one.open, one.blocks(0)]).toEqual([false, false]);
  settle(one, 0, false);
  expect([one.open, one.blocks(0), one.blocks(4999)]).toEqual([true, true, true]);
});

it('lets one probe through, and no second one beside it', () => {
  const one = opened();
  expect(one.blocks(5000)).toBe(false);
  expect(one.pass(5000)).toBe('probe');
  expect(one.blocks(5000)).toBe(true);
  expect(one.blocks(1e9)).toBe(true);
});

it('closes after a good probe, and starts anew', () => {
  const one = opened();
  settle(one, 5000, true);
  expect([one.open, one.blocks(5000)]).toEqual([false, false]);
  settle(one, 5000, false);
  expect(one.open).toBe(false);
  settle(one, 5000, false);
  expect([one.blocks(9999), one.blocks(10_000)]).toEqual([true, false]);
});

it('stays open twice as long after each bad probe, up to 300 s', () => {
  const one = opened();
  let now = 5000;
  for (const period of [10, 20, 40, 80, 160, 300, 300].map((seconds) => seconds * 1000)) {
    settle(one, now, false);
    expect([one.blocks(now + period - 1), one.blocks(now + period)]).toEqual([true, false]);
    now += period;
  }
});

it('learns nothing from copies that were under way when it opened', () => {
  const one = breaker({ failures: 1, open: 5 });
  const early = [one.pass(0), one.pass(0), one.pass(0)];
  one.settle(early[0]!, false, 0);
  one.settle(early[1]!, true, 1000);
  one.settle(early[2]!, false, 4000);
  expect([one.open, one.blocks(4999), one.blocks(5000)]).toEqual([true, true, false]);
});

it('lets copies through as normal ones while it is closed', () => {
  const one = breaker({ failures: 1, open: 5 });
  expect([one.blocks(-1), one.blocks(0), one.pass(0)]).toEqual([false, false, 'normal']);
  settle(one, -1000, false);
  // Whatever the clock says: monotonic ones may be below zero to begin with.
  expect([one.blocks(-1000), one.blocks(3999), one.blocks(4000)]).toEqual([true, true, false]);
});

it('never opens when there is none', () => {
  expect(NO_BREAKER.pass(0)).toBe('normal');
  settle(NO_BREAKER, 0, false, false, false);
  expect([NO_BREAKER.open, NO_BREAKER.blocks(0)]).toEqual([false, false]);
});

it('counts nothing of what says nothing of the mirror, and lets the next copy be the probe', () => {
  const one = breaker({ failures: 2, open: 5 });
  settle(one, 0, false);
  one.release(one.pass(0));
  expect(one.open).toBe(false);
  settle(one, 0, false);
  expect(one.open).toBe(true);
  one.release(one.pass(5000));
  expect([one.open, one.blocks(5000), one.pass(5000)]).toEqual([true, false, 'probe']);
});

it('lets one probe through at a time, though earlier copies end meanwhile', () => {
  const one = breaker({ failures: 1, open: 5 });
  const [early, failed] = [one.pass(0), one.pass(0)];
  one.settle(failed, false, 0);
  expect(one.pass(5000)).toBe('probe');
  one.release(early);
  expect(one.blocks(5000)).toBe(true);
});
