import type { lookup } from 'node:dns';
import type { Found, Lookup } from './names.ts';

/** Milliseconds that an address holds that came without a time of its own. */
export const UNTIMED_TTL_MS = 5000;

/** Calls that may wait for their turn, and for how many milliseconds. */
const MOST_WAITING = 100;
const LONGEST_WAIT_MS = 2000;

/**
 * Asks the C library, which knows what else the system is set up with: multicast DNS, directories.
 * libuv gives such calls two of its four threads, and one for a name that nobody answers holds its
 * thread for many seconds. So only `atOnce` of them run at a time; the others wait, but not for long.
 */
export function systemLookup(atOnce: number, resolve: typeof lookup): Lookup {
  const waiting = new Set<() => void>();
  let running = 0;

  function turn(): Promise<void> {
    if (running < atOnce) {
      running++;
      return Promise.resolve();
    }
    if (waiting.size >= MOST_WAITING) return Promise.reject(new Error('too many look-ups wait'));
    return new Promise((taken, reject) => {
      const next = () => {
        clearTimeout(timer);
        taken();
      };
      const timer = setTimeout(() => {
        waiting.delete(next);
        reject(new Error('another look-up takes too long'));
      }, LONGEST_WAIT_MS);
      waiting.add(next);
    });
  }
  function done(): void {
    const [next] = waiting;
    if (next === undefined) running--;
    else {
      waiting.delete(next);
      next();
    }
  }

  return async (hostname) => {
    await turn();
    return new Promise<Found | null>((found, reject) => {
      resolve(hostname, { all: true }, (error, addresses) => {
        done();
        if (error === null) {
          found({ addresses: addresses.map(({ address }) => address), ttl: UNTIMED_TTL_MS });
        } else if (error.code === 'ENOTFOUND') found(null);
        else reject(error);
      });
    });
  };
}

/** Services of nsswitch.conf(5) that are looked at here as well. */
const OURS: ReadonlySet<string> = new Set(['files', 'dns']);

/**
 * Whether the C library knows more names than `/etc/hosts` and DNS do, from `/etc/nsswitch.conf`. On
 * Linux it does not where there is no such file; other systems have none, and resolvers of their own.
 */
export function knowsMore(nsswitch: string, platform: string = process.platform): boolean {
  const hosts = /^[ \t]*hosts:(.*)$/m.exec(nsswitch)?.[1];
  if (hosts === undefined) return platform !== 'linux';
  const services = hosts
    .split('#', 1)[0]!
    .replace(/\[[^[\]]*\]/g, ' ')
    .trim()
    .split(/\s+/);
  return services.some((service) => service !== '' && !OURS.has(service));
}
