import { expect, it } from 'vitest';
import { type TokenBucket, tokenBucket } from '../../../src/http/token-bucket.ts';

function passed(bucket: TokenBucket, times: readonly number[]): number {
  return times.filter((now) => bucket.take(now)).length;
}
const at = (now: number, count: number) => Array.from({ length: count }, () => now);

it('lets a burst of one second through, then the rate', () => {
  const bucket = tokenBucket(10);
  expect(passed(bucket, at(1000, 50))).toBe(10);
  expect(passed(bucket, at(1099, 5))).toBe(0);
  expect(passed(bucket, at(1200, 5))).toBe(2);
  expect(passed(bucket, at(60_000, 50))).toBe(10);
});

it('lets one through at a time when the rate is below one a second', () => {
  const bucket = tokenBucket(0.5);
  expect(passed(bucket, [0, 1000, 1999, 2000, 2001, 4000])).toBe(3);
});

it('neither gains nor loses by a clock that stands still or runs backwards', () => {
  const bucket = tokenBucket(1);
  expect([bucket.has(5000), bucket.has(1000)]).toEqual([true, true]);
  expect(passed(bucket, [5000, 5000, 1000, 5000, 2000])).toBe(1);
  expect(passed(bucket, [5999, 6000])).toBe(1);
});

it('starts full at whatever time it is first asked, and says so without taking anything', () => {
  for (const start of [-5000, 0, 5000]) {
    const bucket = tokenBucket(2);
    expect([bucket.has(start), bucket.has(start), bucket.has(start)]).toEqual([true, true, true]);
    expect(passed(bucket, at(start, 5))).toBe(2);
    expect(bucket.has(start)).toBe(false);
    expect(bucket.has(start + 500)).toBe(true);
  }
});

it('owes what is taken beyond its tokens, and has none before that is made up for', () => {
  const bucket = tokenBucket(10);
  expect(bucket.debt(0)).toBe(0);
  bucket.owe(15, 0);
  expect([0, 100, 500].map((now) => bucket.debt(now))).toEqual([5, 4, 0]);
  expect([bucket.has(599), bucket.has(600)]).toEqual([false, true]);
});
