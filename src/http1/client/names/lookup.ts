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
  /** Path of the file of hosts. Default: the system's. */
  readonly hosts?: string;
  /** Path of what says how names are asked for. Default: `/etc/resolv.conf`. */
  readonly resolvConf?: string;
  /** Path of what says where else the C library looks. Default: `/etc/nsswitch.conf`. */
  readonly nsswitch?: string;
  /**
   * Whether the C library is asked for names that DNS has not got. Default: where it knows more.
   * `always`: what DNS lacks is no proof on this runtime, and threads are many.
   */
  readonly system?: 'more' | 'always';
}

/** Another server or domain may know better: a search goes on. What is silent would be so again. */
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
 * Looks names up as the C library would, without its threads: in the file of hosts, then in DNS with
 * the domains that are searched. Only then is it asked itself.
 *
 * @param library what asks the C library
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

/** The first of the names that it may stand for; a failure is told of if none is found. */
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
