/** The settings of `/etc/resolv.conf` without the servers, which `Resolver` reads itself. */
export interface ResolvConf {
  /** Domains that are appended to names. */
  readonly search: readonly string[];
  /** A name with at least this many dots is tried without a domain first. */
  readonly ndots: number;
  /** Milliseconds that a server may take. */
  readonly timeout: number;
  /** Times that each server is asked. */
  readonly attempts: number;
}

// The C library waits for 5 s, which a lost packet would cost the client. 1 s is enough even for a server that has to
// ask others: it usually has the result when it is asked again.
const DEFAULTS: ResolvConf = { search: [], ndots: 1, timeout: 1000, attempts: 3 };

/** The largest values that count, as in resolv.conf(5); `timeout` in seconds. Only `ndots` may be 0. */
const MOST = { ndots: 15, timeout: 30, attempts: 5 };

/** Most search domains. More are likely a mistake, and each makes the look-up of a missing name longer. */
const MAX_DOMAINS = 32;

/** Parses resolv.conf(5). The last `search` or `domain` line counts. */
export function parseResolvConf(text: string): ResolvConf {
  let { search, ndots, timeout, attempts } = DEFAULTS;
  for (const line of text.split('\n')) {
    const [keyword, ...values] = line.split(/[#;]/, 1)[0]!.trim().split(/\s+/);
    if (keyword === 'search' || keyword === 'domain') search = domains(values);
    if (keyword !== 'options') continue;
    for (const option of values) {
      const [name, argument = ''] = option.split(':');
      const value = Number(argument || NaN);
      if (name === 'ndots' && value >= 0) ndots = Math.min(value, MOST.ndots);
      if (name === 'timeout' && value > 0) timeout = Math.min(value, MOST.timeout) * 1000;
      if (name === 'attempts' && value > 0) attempts = Math.min(value, MOST.attempts);
    }
  }
  return { search, ndots, timeout, attempts };
}

function domains(values: readonly string[]): string[] {
  const named = values.map((domain) => domain.toLowerCase().replace(/^\.|\.$/g, ''));
  return named.filter((domain) => domain !== '').slice(0, MAX_DOMAINS);
}

/**
 * The absolute names that a name may stand for, in the order in which they are looked up.
 *
 * @example candidates('redis.cache', { search: ['ns.svc.cluster.local'], ndots: 5 })
 * // ['redis.cache.ns.svc.cluster.local.', 'redis.cache.']
 */
export function candidates(
  name: string,
  { search, ndots }: Pick<ResolvConf, 'search' | 'ndots'>,
): string[] {
  if (name.endsWith('.')) return [name];
  const asItStands = `${name}.`;
  const within = search.map((domain) => `${name}.${domain}.`);
  const dots = name.split('.').length - 1;
  return dots >= ndots ? [asItStands, ...within] : [...within, asItStands];
}
