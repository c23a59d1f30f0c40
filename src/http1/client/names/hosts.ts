import { isIP } from 'node:net';

/** Addresses by name in lower case. */
export type Hosts = ReadonlyMap<string, readonly string[]>;

/**
 * Parses `/etc/hosts` (hosts(5)): each line has an address and its names. A name may be on several lines.
 *
 * @example parseHosts('127.0.0.1 localhost a # the first').get('a') // ['127.0.0.1']
 */
export function parseHosts(text: string): Hosts {
  const hosts = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const [address = '', ...names] = line.split('#', 1)[0]!.trim().split(/\s+/);
    // Addresses with a zone (`fe80::1%eth0`) are skipped: `connect` takes them in another form.
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
 * The addresses of a name that this machine knows without DNS, else `undefined`. `localhost` and names below it are
 * always the loopback interface, whatever a DNS server says (RFC 6761 section 6.3).
 *
 * @param name in lower case, without a trailing dot
 */
export function localAddresses(hosts: Hosts, name: string): readonly string[] | undefined {
  const isLoopback = name === 'localhost' || name.endsWith('.localhost');
  return hosts.get(name) ?? (isLoopback ? LOOPBACK : undefined);
}
