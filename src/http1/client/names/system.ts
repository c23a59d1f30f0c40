import type { lookup } from 'node:dns';
import type { Found, Lookup } from './names.ts';

/** TTL in milliseconds of addresses from sources that have no TTL: the hosts file and the C library. */
export const UNTIMED_TTL_MS = 5000;

/** Most calls that wait for their turn. */
const MAX_WAITING = 100;

/** Most milliseconds that a call waits for its turn. */
const MAX_WAIT_MS = 2000;

/**
 * Asks the C library, which has further sources, e.g. multicast DNS and directories. libuv runs such calls on two of
 * its four threads, and a name whose server does not respond occupies a thread for many seconds. So only `atOnce` calls
 * run at a time; the others wait, but not for long.
 *
 * @param resolve `dns.lookup`
 */
export function systemLookup(atOnce: number, resolve: typeof lookup): Lookup {
  const waiting = new Set<() => void>();
  let running = 0;

  function turn(): Promise<void> {
    if (running < atOnce) {
      running++;
      return Promise.resolve();
    }
    if (waiting.size >= MAX_WAITING) return Promise.reject(new Error('too many look-ups wait'));
    return new Promise((taken, reject) => {
      const next = () => {
        clearTimeout(timer);
        taken();
      };
      const timer = setTimeout(() => {
        waiting.delete(next);
        reject(new Error('another look-up takes too long'));
      }, MAX_WAIT_MS);
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

/** Services of nsswitch.conf(5) that we look up ourselves. */
const OURS: ReadonlySet<string> = new Set(['files', 'dns']);

/**
 * Whether the C library has sources other than `/etc/hosts` and DNS. Without `/etc/nsswitch.conf`, Linux has none;
 * other systems do not have that file, and may have other sources.
 *
 * @param nsswitch content of `/etc/nsswitch.conf`; `''` without that file
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
