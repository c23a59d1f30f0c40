import { expect, it } from 'vitest';
import { murmur3 } from '../../../src/vars/murmur3.ts';
import { sampler } from '../../../src/mirror/sample.ts';
import { request } from '../routes/request.ts';

const users = Array.from({ length: 10_000 }, (_, i) => `user-${i}`);

function chosen(ratio: number): string[] {
  const sample = sampler(ratio, 'http_x_user');
  return users.filter((user) => sample(request('/', { headers: ['X-User', user] })) === 1);
}

it('chooses about the share of keys, and always the same', () => {
  for (const ratio of [0.05, 0.1, 0.5]) {
    const once = chosen(ratio);
    const sigma = Math.sqrt(users.length * ratio * (1 - ratio));
    expect(Math.abs(once.length - users.length * ratio)).toBeLessThan(5 * sigma);
    expect(chosen(ratio)).toEqual(once);
  }
});

it('has the keys of a smaller ratio among those of a larger one', () => {
  let smaller = new Set<string>();
  for (const ratio of [0.00001, 0.01, 0.05, 0.1, 0.35, 0.5, 0.99, 1]) {
    const larger = new Set(chosen(ratio));
    expect([...smaller].filter((user) => !larger.has(user))).toEqual([]);
    smaller = larger;
  }
  expect(smaller.size).toBe(users.length);
});

it('leaves a request without the key, or any without a key configured, to chance', () => {
  expect(sampler(0.5, 'http_x_user')(request('/'))).toBe(0.5);
  expect(sampler(0.5)(request('/'))).toBe(0.5);
});

it('takes all at 1', () => {
  expect(sampler(1)(request('/'))).toBe(1);
  expect(sampler(1, 'http_x_user')(request('/', { headers: ['X-User', 'any'] }))).toBe(1);
});

it('leaves out a key whose point is the ratio itself: a share is what lies below it', () => {
  const point = murmur3('user-1') / 2 ** 32;
  const one = request('/', { headers: ['X-User', 'user-1'] });
  expect(sampler(point, 'http_x_user')(one)).toBe(0);
  expect(sampler(point + 2 ** -32, 'http_x_user')(one)).toBe(1);
});
