import { expect, it } from 'vitest';
import type { ConnectionLeft } from '../../../../src/http/transport.ts';
import { churn } from '../../../../src/mirror/limits/churn.ts';
import { inFlight } from '../../../../src/mirror/limits/in-flight.ts';

const PLACES = 100;

/** Sends copies whenever there is a place, one after the other, and tells how many there were. */
function sending(tls = false) {
  const used = churn(500, tls);
  const places = inFlight(PLACES, used);
  return (connection: ConnectionLeft, from: number, to = from, most = 5000) => {
    let sent = 0;
    for (let now = from; now <= to; now++) {
      for (; sent < most && places.enter(now); sent++) {
        places.leave();
        used.left(connection, now);
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
