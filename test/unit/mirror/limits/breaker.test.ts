import { expect, it } from 'vitest';
import { type Breaker, breaker, NO_BREAKER } from '../../../../src/mirror/limits/breaker.ts';

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
