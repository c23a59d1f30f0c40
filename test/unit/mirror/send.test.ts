import { expect, it } from 'vitest';
import { destination } from '../../../src/http/destination.ts';
import type { Outbound } from '../../../src/http/messages.ts';
import { type CopyResponse, TransportError } from '../../../src/http/transport.ts';
import { compileMirrors } from '../../../src/mirror/mirror.ts';
import { copySender, Slots } from '../../../src/mirror/send.ts';

const PRIMARY: Outbound = {
  destination: destination('http://u'),
  target: '/',
  method: 'GET',
  headers: [],
  body: null,
  timeouts: { connect: 1, send: 1, read: 1 },
};
const REFUSED = new TransportError('connect', 'refused');
const STOPPED = new TransportError('shutdown', 'we stopped');

it('holds failures against a mirror that are its own, in a row, and no others', async () => {
  const mirrors = [{ host: 'http://m', breaker: { failures: 2, open: 60 } }];
  const [mirror] = compileMirrors('1', { mirrors }, { instance: () => 'me' });
  const ends: (200 | TransportError)[] = [
    // A success between two failures,
    REFUSED,
    200,
    REFUSED,
    // and what the mirror had no part in.
    STOPPED,
    STOPPED,
    REFUSED,
  ];
  const sender = copySender(() => {
    const end = ends.shift()!;
    const answer = (): CopyResponse => ({ status: 200, connection: 'kept' });
    const done = end === 200 ? Promise.resolve(answer()) : Promise.reject(end);
    return { done, abort() {}, onOver() {} };
  });
  const told: (string | null)[] = [];
  for (let copies = 0; copies < 7; copies++)
    await sender.send(mirror!, PRIMARY, null, ({ reason }) => void told.push(reason));
  expect(told).toEqual([
    'connect',
    '2xx',
    'connect',
    'shutdown',
    'shutdown',
    'connect',
    'breaker_open',
  ]);
});

it('lists what is in it', () => {
  const slots = new Slots<string>();
  slots.take('a');
  const b = slots.take('b');
  slots.take('c');
  expect(slots.size).toBe(3);
  slots.free(b);
  expect([slots.all, slots.size]).toEqual([['a', 'c'], 2]);
});

it('gives a free slot to the next', () => {
  const slots = new Slots<number>();
  const used = new Set<number>();
  for (let i = 0; i < 1000; i += 2) {
    const [first, second] = [slots.take(i), slots.take(i + 1)];
    used.add(first).add(second);
    slots.free(first);
    slots.free(second);
  }
  expect([...used].toSorted()).toEqual([0, 1]);
  expect(slots.all).toEqual([]);
});

it('waits for the report of a copy that is not sent, if it takes time', async () => {
  const [mirror] = compileMirrors('1', { host: 'http://m' }, { instance: () => 'me' });
  const sender = copySender(() => expect.unreachable());
  sender.abandon();
  let reported = false;
  const later = async () => {
    await new Promise(setImmediate);
    reported = true;
  };
  await sender.send(mirror!, PRIMARY, null, later);
  expect(reported).toBe(true);
  expect(await sender.send(mirror!, PRIMARY, null, () => {})).toBe(undefined);
  expect(sender.send(mirror!, PRIMARY, null, () => {})).toBeInstanceOf(Promise);
});
