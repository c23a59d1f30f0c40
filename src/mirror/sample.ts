import { murmur3 } from '../vars/murmur3.ts';
import type { Inbound } from '../http/inbound.ts';
import { compileVariable } from '../vars/variable.ts';

/** The chance of a request to be copied: 1 always, 0 never, in between a matter of luck. */
export type Sampler = (inbound: Inbound) => number;

/** Hashes are 32 bits wide. */
const HASH_RANGE = 2 ** 32;

/**
 * A sampler for a share of requests.
 *
 * Without a key each request is decided on its own, as APISIX does. With one, the key's hash is a
 * fixed point in [0, 1) and is in when it lies below the ratio: always the same answer for the same
 * key, everywhere, and the keys of a smaller ratio are among those of a larger one.
 *
 * @param ratio 0.00001 to 1
 * @param key a variable as in `vars`; a request without it is decided on its own
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
