import type { Candidate } from './dial.ts';
import type { Addresses } from './names/names.ts';

/** Milliseconds for which an address that did not connect is tried after all others. */
const AVOID_MS = 30_000;

/** One address of an origin, with the connections to it that wait for a request. */
export class Peer<T extends IdleEntry<T>> implements Candidate {
  readonly address: string;
  readonly idle: IdleList<T> = new IdleList<T>();
  /** False once the name has this address no more. */
  isCurrent: boolean = true;
  avoidUntil: number = -Infinity;

  constructor(address: string) {
    this.address = address;
  }

  avoid(): void {
    this.avoidUntil = performance.now() + AVOID_MS;
  }

  trust(): void {
    this.avoidUntil = -Infinity;
  }
}

/** The addresses of an origin, who take turns. */
export class Peers<T extends IdleEntry<T>> {
  readonly #addresses: Addresses;
  readonly #gone: (peer: Peer<T>) => void;
  #known: readonly string[] = [];
  #peers: readonly Peer<T>[] = [];
  #turn = 0;

  /** @param gone told of each address that the name has no more */
  constructor(addresses: Addresses, gone: (peer: Peer<T>) => void) {
    this.#addresses = addresses;
    this.#gone = gone;
  }

  /** All that are known. */
  get all(): readonly Peer<T>[] {
    return this.#peers;
  }

  /** Whose turn it is, `null` when no address is known. */
  next(now: number): Peer<T> | null {
    this.refresh(now);
    const peers = this.#peers;
    if (peers.length <= 1) return peers[0] ?? null;
    for (let i = 0; i < peers.length; i++) {
      const peer = this.#takeTurn();
      if (peer.avoidUntil <= now) return peer;
    }
    return this.#takeTurn();
  }

  /** Takes note of what is known of the addresses by now; true when it still holds. */
  refresh(now: number): boolean {
    const known = this.#addresses.current(now);
    if (known !== null && known !== this.#known) this.#update(known);
    return known !== null;
  }

  /** Waits for addresses that hold. Rejects with a `TransportError` when there are none. */
  async find(): Promise<void> {
    const found = await this.#addresses.find();
    if (found !== this.#known) this.#update(found);
  }

  /** All in the order in which a connection is to be tried: from `first` on, the ones to be avoided last. */
  order(first: Peer<T> | null, now: number): Peer<T>[] {
    const at = first === null ? 0 : Math.max(0, this.#peers.indexOf(first));
    const inTurn = [...this.#peers.slice(at), ...this.#peers.slice(0, at)];
    if (inTurn.length === 1) return inTurn;
    const isGood = (peer: Peer<T>) => peer.avoidUntil <= now;
    return [...inTurn.filter(isGood), ...inTurn.filter((peer) => !isGood(peer))];
  }

  #takeTurn(): Peer<T> {
    this.#turn = (this.#turn + 1) % this.#peers.length;
    return this.#peers[this.#turn]!;
  }

  #update(known: readonly string[]): void {
    const before = this.#peers;
    const byAddress = new Map(before.map((peer) => [peer.address, peer]));
    this.#known = known;
    this.#peers = known.map((address) => byAddress.get(address) ?? new Peer<T>(address));
    const now = new Set(this.#peers);
    for (const peer of before) {
      if (now.has(peer)) continue;
      peer.isCurrent = false;
      this.#gone(peer);
    }
  }
}

/** What can stand in an `IdleList`: its neighbours there are its own, so that leaving costs no search. */
export interface IdleEntry<T> {
  before: T | null;
  after: T | null;
}

/** Those who wait, in the order in which they came. Any of them may leave. */
export class IdleList<T extends IdleEntry<T>> {
  /** The one that has waited for longest. */
  first: T | null = null;
  last: T | null = null;

  push(entry: T): void {
    entry.before = this.last;
    if (this.last === null) this.first = entry;
    else this.last.after = entry;
    this.last = entry;
  }

  /** @param entry one that is in this list */
  remove(entry: T): void {
    const { before, after } = entry;
    if (before === null) this.first = after;
    else before.after = after;
    if (after === null) this.last = before;
    else after.before = before;
    entry.before = null;
    entry.after = null;
  }
}
