import { Resolver } from 'node:dns';
import type { Found } from './names.ts';
import type { ResolvConf } from './resolv-conf.ts';

/** Milliseconds that one family's addresses wait for the other's (RFC 8305 section 3). */
const RESOLUTION_DELAY_MS = 50;

/** A server said that there is nothing of that name, or nothing that it could have. */
const NOTHING: ReadonlySet<unknown> = new Set([
  'ENOTFOUND',
  'ENODATA',
  'EBADNAME',
  // What Deno says of letters that are none to it, such as `_`.
  'UNKNOWN',
]);

interface DnsRecord {
  readonly address: string;
  /** Seconds. */
  readonly ttl: number;
}

/**
 * Asks DNS servers, over sockets of its own: other than `getaddrinfo` it holds no thread while it waits,
 * so that a name whose server is silent keeps nobody else waiting.
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
   * Addresses of an absolute name, `null` when it has none. Rejects when no server said.
   *
   * @param conf of another object than before the servers are read anew
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
      const told = (error: NodeJS.ErrnoException | null, found: readonly DnsRecord[]) => {
        if (error === null) records.push(...found);
        else if (!NOTHING.has(error.code)) failure = error;
        if (--waiting === 0) finish();
        else if (records.length > 0) timer = setTimeout(finish, RESOLUTION_DELAY_MS);
      };
      resolver.resolve6(name, { ttl: true }, told);
      resolver.resolve4(name, { ttl: true }, told);
    });
  }

  #resolverFor(conf: ResolvConf): Resolver {
    if (this.#resolver !== null && this.#conf === conf) return this.#resolver;
    // It reads the system's servers as it is made, and never again.
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
