import { isIP } from 'node:net';

/** Addresses by name, in lower case. */
export type Hosts = ReadonlyMap<string, readonly string[]>;

/**
 * Reads `/etc/hosts` (hosts(5)): an address and its names on each line. A name may stand on several.
 *
 * @example parseHosts('127.0.0.1 localhost a # the first').get('a') // ['127.0.0.1']
 */
export function parseHosts(text: string): Hosts {
  const hosts = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const [address = '', ...names] = line.split('#', 1)[0]!.trim().split(/\s+/);
    // One with a zone is good for this machine alone, and `connect` wants it in another form.
    if (isIP(address) === 0 || address.includes('%')) continue;
    for (const name of names) {
      const key = name.toLowerCase();
      const addresses = hosts.get(key);
      if (addresses === undefined) hosts.set(key, [address]);
      else if (!addresses.includes(address)) addresses.push(address);
    }
  }
  return hosts;
}

const LOOPBACK: readonly string[] = ['127.0.0.1', '::1'];

/**
 * Addresses that a name has on this machine, `undefined` when that is for DNS to say. `localhost` and
 * what is below it are the loopback interface, whatever a DNS server says (RFC 6761 section 6.3).
 *
 * @param name in lower case, without a trailing dot
 */
export function localAddresses(hosts: Hosts, name: string): readonly string[] | undefined {
  const isLoopback = name === 'localhost' || name.endsWith('.localhost');
  return hosts.get(name) ?? (isLoopback ? LOOPBACK : undefined);
}
