import { expect, it } from 'vitest';
import { churn } from '../../../../src/mirror/limits/churn.ts';
import { inFlight } from '../../../../src/mirror/limits/in-flight.ts';

it('has as many places as it was given, and each again once it is left', () => {
  const places = inFlight(2, churn(1));
  expect([places.enter(0), places.enter(0), places.enter(0)]).toEqual([true, true, false]);
  expect([places.count, places.full(0)]).toEqual([2, true]);
  places.leave();
  expect([places.enter(0), places.enter(0)]).toEqual([true, false]);
});

it('has fewer while more connections were used up than may be', () => {
  const used = churn(10);
  const places = inFlight(2, used);
  for (let i = 0; i < 12; i++) used.left('closed', 0);
  expect([places.enter(0), places.enter(90), places.enter(90)]).toEqual([false, true, false]);
});
