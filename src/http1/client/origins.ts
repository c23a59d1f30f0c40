import { serverNameOf } from '../../http/destination.ts';
import { headerValue } from '../../http/fields.ts';
import type { Outbound } from '../../http/messages.ts';

/** Most origins without connections whose state (round-robin position, avoided addresses) is kept. */
export const MAX_EMPTY = 1024;

/** By which an origin says whether it has connections. */
export interface OriginUse {
  begins(): void;
  ends(): void;
}

/** Makes what is kept of an origin, for its first request. */
export type MakeOrigin<T> = (request: Outbound, serverName: string, use: OriginUse) => T;

/** What a pool keeps of each origin. Of those without connections, the ones that were used last. */
export class Origins<T> {
  readonly #make: MakeOrigin<T>;
  readonly #all = new Map<string, T>();
  readonly #empty = new Set<string>();

  constructor(make: MakeOrigin<T>) {
    this.#make = make;
  }

  [Symbol.iterator](): Iterator<T> {
    return this.#all.values();
  }

  /** The origin of a request. Those that ask for different names of TLS are different. */
  of(request: Outbound): T {
    const { serverName: fixed, key: shared } = request.destination;
    const serverName = fixed ?? serverNameOf(headerValue(request.headers, 'host') ?? '');
    const key = fixed === null ? `${shared} ${serverName}` : shared;
    const known = this.#all.get(key);
    if (known !== undefined) return known;
    const made = this.#make(request, serverName, {
      begins: () => void this.#empty.delete(key),
      ends: () => this.#ended(key),
    });
    this.#all.set(key, made);
    return made;
  }

  #ended(key: string): void {
    this.#empty.add(key);
    const [longest] = this.#empty;
    if (this.#empty.size > MAX_EMPTY && this.#empty.delete(longest!)) this.#all.delete(longest!);
  }
}
