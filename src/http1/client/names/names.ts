import { isIP, isIPv6 } from 'node:net';
import { TransportError } from '../../../http/transport.ts';

/** Names that are remembered. They come from the configuration; those of routes that are gone go. */
const MOST_NAMES = 1024;

/** Whose addresses are known to whom: what one look-up found is for all who connect to that name. */
export class Names {
  readonly #lookup: Lookup;
  /** The one asked for last is the last. */
  readonly #names = new Map<string, Addresses>();

  constructor(lookup: Lookup) {
    this.#lookup = lookup;
  }

  /** @param hostname a name or an address, without brackets */
  of(hostname: string): Addresses {
    if (isIP(hostname) !== 0) return fixed(hostname);
    const name = this.#names.get(hostname) ?? new Name(hostname, this.#lookup);
    this.#names.delete(hostname);
    this.#names.set(hostname, name);
    if (this.#names.size > MOST_NAMES) {
      const [oldest] = this.#names.keys();
      this.#names.delete(oldest!);
    }
    return name;
  }
}

/** The addresses of a host. */
export interface Addresses {
  /**
   * Those that hold now, `null` when they have to be looked up. The same array as long as they are the
   * same. Looks a name up again when they soon do not hold any more, so that who asks often never waits.
   *
   * @param now on the clock of `performance.now()`
   */
  current(now: number): readonly string[] | null;
  /** Waits for them. Rejects with a `TransportError` when nobody knows them. */
  find(): Promise<readonly string[]>;
}

/** A record may say that it holds for days; a server that moved is to be found before. */
const LONGEST_TTL_MS = 30_000;
const SHORTEST_TTL_MS = 1000;

/** Share of its time after which a name in use is looked up again. */
const REFRESH_SHARE = 0.8;

/** Milliseconds after which a look-up that brought nothing is tried again. */
const RETRY_MS = 1000;

/** Milliseconds that a look-up may take. */
const DEADLINE_MS = 10_000;

/** Milliseconds that somebody waits for a look-up where there are older addresses (RFC 8767 section 5). */
const STALE_WAIT_MS = 500;

/** Milliseconds that addresses serve while nobody can say whether they still hold. */
const LONGEST_STALE_MS = 3_600_000;

/** Milliseconds that they serve though the name is said to be gone: some names come and go. */
const LONGEST_GONE_MS = 30_000;

/** Addresses of one name at most: the others are not likely to be missed. */
const MOST_ADDRESSES = 64;

const NONE: readonly string[] = [];

/** The addresses of a name, looked up when they are needed; once for all who ask meanwhile. */
export class Name implements Addresses {
  readonly #hostname: string;
  readonly #lookup: Lookup;
  #addresses = NONE;
  #foundAt = -Infinity;
  #holdUntil = -Infinity;
  #refreshAt = -Infinity;
  #pending: Promise<void> | null = null;
  #pendingSince = 0;
  #failure: TransportError | null = null;

  constructor(hostname: string, lookup: Lookup) {
    this.#hostname = hostname;
    this.#lookup = lookup;
  }

  current(now: number): readonly string[] | null {
    if (now >= this.#refreshAt) this.#pending ??= this.#refresh(now);
    return now < this.#holdUntil ? this.#addresses : null;
  }

  async find(): Promise<readonly string[]> {
    const now = performance.now();
    const held = this.current(now);
    if (held !== null) return held;
    const isStale = this.#addresses !== NONE && now < this.#foundAt + LONGEST_STALE_MS;
    if (this.#pending !== null) {
      await (isStale ? this.#pendingFor(this.#pendingSince + STALE_WAIT_MS - now) : this.#pending);
    }
    if (this.#addresses !== NONE) return this.#addresses;
    throw this.#failure!;
  }

  #pendingFor(milliseconds: number): Promise<void> {
    if (milliseconds <= 0) return Promise.resolve();
    return within(milliseconds, this.#pending!, () => {});
  }

  async #refresh(now: number): Promise<void> {
    this.#pendingSince = now;
    this.#refreshAt = Infinity;
    try {
      const tooLong = () => new TransportError('dns', `${this.#hostname}: nobody answers`);
      this.#found(
        await within(DEADLINE_MS, this.#lookup(this.#hostname), () => {
          throw tooLong();
        }),
      );
    } catch (error) {
      this.#failed(error as TransportError);
    }
    this.#pending = null;
  }

  #found(found: Found | null): void {
    const now = performance.now();
    if (found === null || found.addresses.length === 0) {
      const failure = new TransportError('dns', `${this.#hostname}: no such name`);
      return this.#keep(now, LONGEST_GONE_MS, failure);
    }
    const ttl = Math.min(Math.max(found.ttl, SHORTEST_TTL_MS), LONGEST_TTL_MS);
    const addresses = inTurn(found.addresses);
    if (addresses.join() !== this.#addresses.join()) this.#addresses = addresses;
    this.#foundAt = now;
    this.#holdUntil = now + ttl;
    this.#refreshAt = now + ttl * REFRESH_SHARE;
  }

  #failed(error: TransportError): void {
    this.#keep(performance.now(), LONGEST_STALE_MS, error);
  }

  /** What was found before goes on for some time, also while the next look-up waits for an answer. */
  #keep(now: number, longest: number, failure: TransportError): void {
    this.#failure = failure;
    this.#refreshAt = now + RETRY_MS;
    if (now < this.#foundAt + longest) this.#holdUntil = now + RETRY_MS + DEADLINE_MS;
    else {
      this.#addresses = NONE;
      this.#holdUntil = -Infinity;
    }
  }
}

/** An address is its own. */
export function fixed(address: string): Addresses {
  const addresses = [address];
  return { current: () => addresses, find: () => Promise.resolve(addresses) };
}

/**
 * In an order of their own, whatever the server's, so that taking turns is fair across look-ups; the
 * families alternate, IPv6 first (RFC 8305 section 4).
 */
function inTurn(addresses: readonly string[]): readonly string[] {
  const sorted = Array.from(new Set(addresses)).toSorted();
  const six = sorted.filter((address) => isIPv6(address));
  const four = sorted.filter((address) => !isIPv6(address));
  const longer = Math.max(six.length, four.length);
  const alternating = Array.from({ length: longer }, (_, i) => [six[i], four[i]]).flat();
  return alternating.filter((address) => address !== undefined).slice(0, MOST_ADDRESSES);
}

/** What `work` comes to, or else `late` when it takes longer. */
async function within<T>(milliseconds: number, work: Promise<T>, late: () => T): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => (timer = setTimeout(resolve, milliseconds)));
  try {
    return await Promise.race([work, timeout.then(late)]);
  } finally {
    clearTimeout(timer);
  }
}

/** What a look-up found. */
export interface Found {
  readonly addresses: readonly string[];
  /** Milliseconds for which that holds. */
  readonly ttl: number;
}

/** Looks a name up: `null` when there is no such name. Rejects when nobody could tell. */
export type Lookup = (hostname: string) => Promise<Found | null>;
