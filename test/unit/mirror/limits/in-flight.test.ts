import { expect, it } from 'vitest';
import { inFlight } from '../../../../src/mirror/limits/in-flight.ts';

it('has as many places as it was given, and each again once it is left', () => {
  const places = inFlight(2);
  expect([places.enter(), places.enter(), places.enter()]).toEqual([true, true, false]);
  expect(places.count).toBe(2);
  places.leave();
  expect([places.enter(), places.enter()]).toEqual([true, false]);
});
