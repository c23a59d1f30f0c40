import { isIP } from 'node:net';
import type { Lookup } from './found.ts';
import { type Addresses, fixed, Name } from './name.ts';

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
