/** What `/etc/resolv.conf` says of how names are asked for; its servers are read by whoever asks them. */
export interface ResolvConf {
  /** Domains that short names are taken to be in. */
  readonly search: readonly string[];
  /** A name with so many dots is asked for as it stands first. */
  readonly ndots: number;
  /** Milliseconds that a server has to answer. */
  readonly timeout: number;
  /** How often each server is asked. */
  readonly attempts: number;
}

// The C library waits 5 s. A lost packet costs a client all of that; a server that has to ask others
// mostly has the answer when it is asked the next time.
const DEFAULTS: ResolvConf = { search: [], ndots: 1, timeout: 1000, attempts: 3 };

/** The largest that count, as in resolv.conf(5); below them 0 counts for `ndots` alone. */
const MOST = { ndots: 15, timeout: 30, attempts: 5 };

/** More are likely a mistake, and each costs a look-up of a name that is not there its time. */
const MOST_DOMAINS = 32;

/** Reads what resolv.conf(5) describes. The last `search` or `domain` wins. */
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
  return named.filter((domain) => domain !== '').slice(0, MOST_DOMAINS);
}

/**
 * The names that a name may stand for, absolute, in the order in which they are asked for.
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
