import { Resolver } from 'node:dns';
import type { Found } from './names.ts';
import type { ResolvConf } from './resolv-conf.ts';

/** Milliseconds that the addresses of one family wait for those of the other (RFC 8305 section 3). */
const RESOLUTION_DELAY_MS = 50;

/** Codes that mean that the name has no such records, or is not a valid name. */
const NOTHING: ReadonlySet<unknown> = new Set([
  'ENOTFOUND',
  'ENODATA',
  'EBADNAME',
  // Deno, for a name with a character that it does not accept, e.g. `_`.
  'UNKNOWN',
]);

interface DnsRecord {
  readonly address: string;
  /** Seconds. */
  readonly ttl: number;
}

/**
 * Asks DNS servers over sockets. Unlike `getaddrinfo` it occupies no thread while it waits, so that a name whose server
 * does not respond delays no other look-up.
 */
export class Dns {
  readonly #servers: readonly string[] | undefined;
  #conf: ResolvConf | null = null;
  #resolver: Resolver | null = null;

  /** @param servers as `Resolver.setServers` takes them. Default: the system's */
  constructor(servers?: readonly string[]) {
    this.#servers = servers;
  }

  /**
   * The addresses of an absolute name; `null` if it has none. Rejects if the servers failed or did not respond.
   *
   * @param conf if this is another object than in the last call, the system's servers are read again
   */
  addresses(name: string, conf: ResolvConf): Promise<Found | null> {
    const resolver = this.#resolverFor(conf);
    return new Promise((resolve, reject) => {
      const records: DnsRecord[] = [];
      let failure: Error | null = null;
      let waiting = 2;
      let timer: NodeJS.Timeout | undefined;
      const finish = () => {
        clearTimeout(timer);
        if (records.length > 0) resolve(foundIn(records));
        else if (failure !== null) reject(failure);
        else resolve(null);
      };
      const answered = (error: NodeJS.ErrnoException | null, found: readonly DnsRecord[]) => {
        if (error === null) records.push(...found);
        else if (!NOTHING.has(error.code)) failure = error;
        if (--waiting === 0) finish();
        else if (records.length > 0) timer = setTimeout(finish, RESOLUTION_DELAY_MS);
      };
      resolver.resolve6(name, { ttl: true }, answered);
      resolver.resolve4(name, { ttl: true }, answered);
    });
  }

  #resolverFor(conf: ResolvConf): Resolver {
    if (this.#resolver !== null && this.#conf === conf) return this.#resolver;
    // A `Resolver` reads the system's servers when it is created, and never again.
    const resolver = new Resolver({ timeout: conf.timeout, tries: conf.attempts });
    if (this.#servers !== undefined) resolver.setServers(this.#servers);
    this.#conf = conf;
    this.#resolver = resolver;
    return resolver;
  }
}

function foundIn(records: readonly DnsRecord[]): Found {
  return {
    addresses: records.map(({ address }) => address),
    ttl: Math.min(...records.map(({ ttl }) => ttl)) * 1000,
  };
}
