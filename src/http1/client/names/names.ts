import { isIP, isIPv6 } from 'node:net';
import { TransportError } from '../../../http/transport.ts';

/** Most names in the cache. They come from the routes; the names of deleted routes are evicted first. */
const MAX_NAMES = 1024;

/** A cache of names. All connections to a name share its look-ups. */
export class Names {
  readonly #lookup: Lookup;
  /** Least recently used first. */
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
    if (this.#names.size > MAX_NAMES) {
      const [oldest] = this.#names.keys();
      this.#names.delete(oldest!);
    }
    return name;
  }
}

/** The addresses of a host. */
export interface Addresses {
  /**
   * The valid addresses; `null` if they have expired or are not known: call `find`. Returns the same array as long as
   * the addresses are the same. Starts a look-up shortly before they expire, so that a name in use never makes a caller
   * wait.
   *
   * @param now the time, by `performance.now()`
   */
  current(now: number): readonly string[] | null;
  /** Waits for the addresses. Rejects with a `TransportError` if the name has none or they cannot be looked up. */
  find(): Promise<readonly string[]>;
}

/** Most milliseconds that addresses are valid. Some TTLs are days, but a server that moved must be found. */
const MAX_TTL_MS = 30_000;

/** Least milliseconds that addresses are valid: limits the rate of look-ups. */
const MIN_TTL_MS = 1000;

/** Share of its TTL after which a name in use is looked up again. */
const REFRESH_SHARE = 0.8;

/** Milliseconds between a look-up without a result and the next. */
const RETRY_MS = 1000;

/** Most milliseconds of a look-up. */
const DEADLINE_MS = 10_000;

/** Most milliseconds to wait for a look-up if there are expired addresses (RFC 8767 section 5). */
const STALE_WAIT_MS = 500;

/** Most milliseconds that expired addresses are used while look-ups fail. */
const MAX_STALE_MS = 3_600_000;

/** Most milliseconds that addresses are used although look-ups say that the name has none: some names come and go. */
const MAX_GONE_MS = 30_000;

/** Most addresses of one name. Further ones are ignored. */
const MAX_ADDRESSES = 64;

const NONE: readonly string[] = [];

/** The addresses of a name. At most one look-up is in flight, shared by all who wait. */
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
    const isStale = this.#addresses !== NONE && now < this.#foundAt + MAX_STALE_MS;
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
      return this.#keep(now, MAX_GONE_MS, failure);
    }
    const ttl = Math.min(Math.max(found.ttl, MIN_TTL_MS), MAX_TTL_MS);
    const addresses = inTurn(found.addresses);
    if (addresses.join() !== this.#addresses.join()) this.#addresses = addresses;
    this.#foundAt = now;
    this.#holdUntil = now + ttl;
    this.#refreshAt = now + ttl * REFRESH_SHARE;
  }

  #failed(error: TransportError): void {
    this.#keep(performance.now(), MAX_STALE_MS, error);
  }

  /**
   * After a look-up without a result: for `longest` milliseconds since they were found, the last addresses stay valid,
   * until the next look-up is over.
   */
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

/** The addresses of a host that is an address itself. */
export function fixed(address: string): Addresses {
  const addresses = [address];
  return { current: () => addresses, find: () => Promise.resolve(addresses) };
}

/**
 * Sorts addresses, so that round-robin is fair although DNS servers change their order. The families alternate, IPv6
 * first (RFC 8305 section 4).
 */
function inTurn(addresses: readonly string[]): readonly string[] {
  const sorted = Array.from(new Set(addresses)).toSorted();
  const six = sorted.filter((address) => isIPv6(address));
  const four = sorted.filter((address) => !isIPv6(address));
  const longer = Math.max(six.length, four.length);
  const alternating = Array.from({ length: longer }, (_, i) => [six[i], four[i]]).flat();
  return alternating.filter((address) => address !== undefined).slice(0, MAX_ADDRESSES);
}

/** The result of `work`, or of `late` if `work` takes longer than `milliseconds`. */
async function within<T>(milliseconds: number, work: Promise<T>, late: () => T): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => (timer = setTimeout(resolve, milliseconds)));
  try {
    return await Promise.race([work, timeout.then(late)]);
  } finally {
    clearTimeout(timer);
  }
}

/** The result of a look-up. */
export interface Found {
  readonly addresses: readonly string[];
  /** Milliseconds for which the addresses are valid. */
  readonly ttl: number;
}

/** Looks a name up. Resolves with `null` if it does not exist, rejects if that cannot be determined. */
export type Lookup = (hostname: string) => Promise<Found | null>;
