import { expect, it } from 'vitest';
import { ByteQueue } from '../../../src/http/bytes.ts';
import { random, randomBytes } from '../../support/random.ts';

/** So many bytes in pieces of any size. */
function pieces(size: number, most: number, next: () => number): Buffer[] {
  const whole = randomBytes(size, next);
  const list: Buffer[] = [];
  for (let at = 0; at < size;) {
    const piece = whole.subarray(at, at + 1 + Math.floor(next() * most));
    list.push(piece);
    at += piece.byteLength;
  }
  return list;
}

it.each([1, 100, 5000, 20_000])(
  'gives what it got, in its order, in pieces up to %i bytes',
  (most) => {
    const next = random(most);
    const queue = new ByteQueue();
    const [given, taken]: [Uint8Array[], Uint8Array[]] = [[], []];
    for (const piece of pieces(200_000, most, next)) {
      given.push(Buffer.from(piece));
      queue.append(piece);
      for (let some = next() * 3; some > 1.9; some--) {
        const bytes = queue.shift();
        if (bytes !== undefined) taken.push(bytes);
      }
    }
    const left = queue.size;
    expect(queue.join().byteLength).toBe(left);
    taken.push(...queue.drain());
    expect(Buffer.concat(taken).equals(Buffer.concat(given))).toBe(true);
    expect([queue.size, queue.shift(), queue.single]).toEqual([0, undefined, null]);
  },
);

it('holds bytes that come one by one in few arrays', () => {
  const queue = new ByteQueue();
  for (let i = 0; i < 100_000; i++) queue.append(Uint8Array.of(i));
  const arrays = queue.drain();
  expect(arrays.length).toBe(1 + Math.ceil(99_999 / 16_384));
  expect(Buffer.concat(arrays).every((byte, i) => byte === i % 256)).toBe(true);
});

it('keeps large pieces as they are', () => {
  const queue = new ByteQueue();
  const [one, two] = [new Uint8Array(5000), new Uint8Array(4096)];
  for (const bytes of [one, two]) queue.append(bytes);
  expect([queue.shift() === one, queue.single === two, queue.shift() === two]).toEqual([
    true,
    true,
    true,
  ]);
});

it('holds not much more memory than bytes, whatever comes after what', () => {
  const queue = new ByteQueue();
  for (let i = 0; i < 1000; i++) {
    queue.append(new Uint8Array(4096));
    queue.append(Uint8Array.of(1));
  }
  const { size } = queue;
  const held = queue.drain().reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
  expect(held).toBeLessThan(2 * size);
});

it('holds little where little has come', () => {
  const queues = Array.from({ length: 10_000 }, () => new ByteQueue());
  const before = process.memoryUsage().arrayBuffers;
  for (const queue of queues) for (let i = 0; i < 3; i++) queue.append(Uint8Array.of(i));
  // Some of it is what other tests left.
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20_000_000);
  expect(queues.every(({ size }) => size === 3)).toBe(true);
});

it('shows its arrays in their order, and keeps them', () => {
  const next = random(7);
  const queue = new ByteQueue();
  const given = pieces(50_000, 6000, next);
  for (const piece of given) queue.append(piece);
  queue.shift();
  const shown: Uint8Array[] = [];
  queue.forEach((bytes) => shown.push(bytes));
  expect(Buffer.concat(shown)).toEqual(Buffer.concat(given.slice(1)));
  expect(queue.join()).toEqual(new Uint8Array(Buffer.concat(shown)));
});

it('copies bytes that are only lent', () => {
  const queue = new ByteQueue();
  const lent = Buffer.alloc(5000, 1);
  for (const size of [3, 5000, 3]) queue.append(lent.subarray(0, size), true);
  lent.fill(2);
  expect(queue.join()).toEqual(new Uint8Array(5006).fill(1));
});
