import { lookup } from 'node:dns';
import { TransportError } from '../../../http/transport.ts';
import { ConfigFile } from './config-file.ts';
import { Dns } from './dns.ts';
import type { Found, Lookup } from './names.ts';
import { localAddresses, parseHosts } from './hosts.ts';
import { candidates, parseResolvConf, type ResolvConf } from './resolv-conf.ts';
import { knowsMore, systemLookup, UNTIMED_TTL_MS } from './system.ts';

/** Where names are looked up. */
export interface NameOptions {
  /** DNS servers as `address` or `address:port`. Default: the system's. */
  readonly servers?: readonly string[];
  /** Path of the hosts file. Default: `/etc/hosts`, or its place on Windows. */
  readonly hosts?: string;
  /** Path of the resolver's configuration. Default: `/etc/resolv.conf`. */
  readonly resolvConf?: string;
  /** Path of the list of the C library's sources. Default: `/etc/nsswitch.conf`. */
  readonly nsswitch?: string;
  /**
   * When to ask the C library for names that DNS does not have. `more`: if it has sources other than files and DNS.
   * `always`: for runtimes whose DNS results may be incomplete, and which have many threads. Default: `more`.
   */
  readonly system?: 'more' | 'always';
}

/** Errors after which the next domain is tried. After a timeout none is: the next look-up would time out, too. */
const PASSABLE: ReadonlySet<unknown> = new Set([
  'ESERVFAIL',
  'EREFUSED',
  'ECONNREFUSED',
  'EFORMERR',
  'ENOTIMP',
  'EBADRESP',
]);

const HOSTS =
  process.platform === 'win32' ? String.raw`C:\Windows\System32\drivers\etc\hosts` : '/etc/hosts';

/**
 * Creates a look-up that finds what the C library would find, without its threads: in the hosts file, then in DNS with
 * the search domains, and only then, if at all, in the C library itself (see `NameOptions.system`).
 *
 * @param library asks the C library. Default: `dns.lookup`
 */
export function createLookup(options: NameOptions = {}, library: typeof lookup = lookup): Lookup {
  const hosts = new ConfigFile(options.hosts ?? HOSTS, parseHosts);
  const resolvConf = new ConfigFile(options.resolvConf ?? '/etc/resolv.conf', parseResolvConf);
  const nsswitch = new ConfigFile(options.nsswitch ?? '/etc/nsswitch.conf', knowsMore);
  const dns = new Dns(options.servers);
  const always = options.system === 'always';
  const system = systemLookup(always ? 16 : 1, library);

  return async (hostname) => {
    const name = hostname.endsWith('.') ? hostname.slice(0, -1) : hostname;
    const local = localAddresses(await hosts.read(), name);
    if (local !== undefined) return { addresses: local, ttl: UNTIMED_TTL_MS };
    try {
      const { found, failure } = await search(dns, hostname, await resolvConf.read());
      if (found !== null) return found;
      if (always || (await nsswitch.read())) return await system(hostname);
      if (failure === null) return null;
      throw failure;
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      throw new TransportError('dns', `${hostname}: ${code ?? message}`, error);
    }
  };
}

/** Looks up the candidates for a name, in order, to the first that exists. `failure`: an error, if none was found. */
async function search(
  dns: Dns,
  hostname: string,
  conf: ResolvConf,
): Promise<{ readonly found: Found | null; readonly failure: unknown }> {
  let failure: unknown = null;
  for (const candidate of candidates(hostname, conf)) {
    try {
      const found = await dns.addresses(candidate, conf);
      if (found !== null) return { found, failure: null };
    } catch (error) {
      if (!PASSABLE.has((error as NodeJS.ErrnoException).code)) throw error;
      failure = error;
    }
  }
  return { found: null, failure };
}
