import type { Inbound } from '../http/messages.ts';
import { murmur3 } from './murmur3.ts';
import { compileVariable } from './variable.ts';

/** Returns the probability, 0 to 1, that a request is copied. */
export type Sampler = (inbound: Inbound) => number;

/** Number of values of a 32-bit hash. */
const HASH_RANGE = 2 ** 32;

/**
 * Compiles a sampler.
 *
 * Without a key, each request is sampled independently, as in APISIX. With a key, the request is copied if the hash of
 * the key's value, scaled to [0, 1), is below the ratio. So the same value gives the same result on every gateway, and
 * a larger ratio includes all values of a smaller one.
 *
 * @param ratio 0.00001 to 1
 * @param key a variable as in `vars`; a request without a value is sampled independently
 * @example sampler(0.05, 'http_x_user')
 */
export function sampler(ratio: number, key?: string): Sampler {
  if (ratio === 1 || key === undefined) return () => ratio;
  const valueOf = compileVariable(key);
  return (inbound) => {
    const value = valueOf(inbound);
    if (value === undefined) return ratio;
    return murmur3(value) / HASH_RANGE < ratio ? 1 : 0;
  };
}
