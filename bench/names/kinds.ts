import type { Answer, DnsServer } from '../../test/support/dns-server.ts';

/** A way in which a name fails, fully or partly. */
export interface Kind {
  readonly name: string;
  /** Makes the DNS server respond for `host` in this way; the function returned ends that. */
  begin(dns: DnsServer, host: string): () => void;
}

/** Valid for a second: names are resolved again during a turn. */
const GOOD: Answer = { addresses: ['127.0.0.1'], ttl: 1 };

const always = (name: string, answer: Answer): Kind => ({
  name,
  begin(dns, host) {
    dns.names.set(host, answer);
    return () => {};
  },
});

export const HEALTHY: Kind = always('a healthy name', GOOD);

export const KINDS: readonly Kind[] = [
  always('nobody answers for it', 'silence'),
  always('it does not exist', 'no such name'),
  always('its server is in trouble', 'failure'),
  // Nobody listens at the second address, on any port.
  always('one address is dead', { addresses: ['127.0.0.1', '127.0.0.9'], ttl: 1 }),
  {
    name: 'it comes and goes',
    begin(dns, host) {
      const answers: readonly Answer[] = [GOOD, 'silence', 'no such name', 'failure'];
      let turn = 0;
      const next = () => dns.names.set(host, answers[turn++ % answers.length]!);
      next();
      const timer = setInterval(next, 300);
      return () => clearInterval(timer);
    },
  },
];
