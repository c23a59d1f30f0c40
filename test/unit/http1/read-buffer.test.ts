import { expect, it } from 'vitest';
import { overwriteFreeBuffers, ReadBuffer, recycle } from '../../../src/http1/read-buffer.ts';

const SIZE = 64 * 1024;

/** As node:net does: asks where to read to, fills that, and asks again. */
function read(reads: ReadBuffer, length: number, value: number): Buffer {
  reads.next().fill(value, 0, length);
  return reads.filled(length);
}

it('copies what is little', () => {
  const reads = new ReadBuffer();
  const kept = reads.keep(read(reads, 100, 1));
  read(new ReadBuffer(), SIZE, 2);
  read(reads, 100, 3);
  expect([...new Set(kept)]).toEqual([1]);
});

it('gives large reads away as they are, and reads the next to another place', () => {
  const reads = new ReadBuffer();
  const first = reads.keep(read(reads, SIZE, 1));
  const bytes = read(reads, SIZE, 2);
  const second = reads.keep(bytes);
  expect(second).toBe(bytes);
  read(reads, SIZE, 3);
  read(new ReadBuffer(), SIZE, 4);
  expect([first[0], first.at(-1), second[0], second.at(-1)]).toEqual([1, 1, 2, 2]);
});

it('reads where it read before when nobody has got that', () => {
  const reads = new ReadBuffer();
  read(reads, SIZE, 1);
  const { buffer } = read(reads, SIZE, 2);
  reads.keep(reads.filled(SIZE).subarray(0, 10));
  expect(read(reads, SIZE, 3).buffer).toBe(buffer);
});

it('uses again what comes back, once', () => {
  const [one, other] = [new ReadBuffer(), new ReadBuffer()];
  read(one, SIZE, 1);
  const kept = one.keep(read(one, SIZE, 2));
  recycle(kept);
  recycle(kept);
  recycle(new Uint8Array(SIZE));
  const next = read(one, SIZE, 3);
  read(other, SIZE, 4);
  const others = read(other, SIZE, 5);
  expect(next.buffer).toBe(kept.buffer);
  expect(others.buffer).not.toBe(next.buffer);
});

it.each([
  ['little comes', (reads: ReadBuffer) => void read(reads, 10, 3)],
  ['the body ends', (reads: ReadBuffer) => reads.bodyEnded()],
])('shares a place with all others again when %s', (_, calm) => {
  const [reads, idle] = [new ReadBuffer(), new ReadBuffer()];
  read(reads, SIZE, 1);
  read(reads, SIZE, 2);
  expect(reads.next()).not.toBe(idle.next());
  read(reads, SIZE, 2);
  calm(reads);
  expect(reads.next()).toBe(idle.next());
});

it('overwrites what is free, under test', () => {
  overwriteFreeBuffers();
  const reads = new ReadBuffer();
  read(reads, SIZE, 1);
  const kept = reads.keep(read(reads, SIZE, 2));
  const looked = read(reads, SIZE, 3);
  expect(kept[0]).toBe(2);
  reads.next();
  expect(looked[0]).not.toBe(3);
  recycle(kept);
  expect(kept[0]).not.toBe(2);
});
