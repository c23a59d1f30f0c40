import type { Candidate } from './dial.ts';
import type { Addresses } from './names/names.ts';

/** Milliseconds for which an address that did not connect is tried after all others. */
const AVOID_MS = 30_000;

/** An address of an origin, with its idle connections. */
export class Peer<T extends IdleEntry<T>> implements Candidate {
  readonly address: string;
  readonly idle: IdleList<T> = new IdleList<T>();
  /** False once the name does not have this address any more. */
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

/** The addresses of an origin, used round-robin. */
export class Peers<T extends IdleEntry<T>> {
  readonly #addresses: Addresses;
  readonly #gone: (peer: Peer<T>) => void;
  #known: readonly string[] = [];
  #peers: readonly Peer<T>[] = [];
  #turn = 0;

  /** @param gone called with each address that the name does not have any more */
  constructor(addresses: Addresses, gone: (peer: Peer<T>) => void) {
    this.#addresses = addresses;
    this.#gone = gone;
  }

  /** All known addresses. */
  get all(): readonly Peer<T>[] {
    return this.#peers;
  }

  /** The address whose turn it is, avoided ones last; `null` if none is known. */
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

  /** Takes over the addresses that the name has now. False if they have expired: call `find`. */
  refresh(now: number): boolean {
    const known = this.#addresses.current(now);
    if (known !== null && known !== this.#known) this.#update(known);
    return known !== null;
  }

  /** Waits for valid addresses. Rejects with a `TransportError` if there are none. */
  async find(): Promise<void> {
    const found = await this.#addresses.find();
    if (found !== this.#known) this.#update(found);
  }

  /** All addresses in the order in which to try them: from `first` on, avoided ones last. */
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

/** An element of an `IdleList`. It holds its neighbours, so that it can be removed without a search. */
export interface IdleEntry<T> {
  before: T | null;
  after: T | null;
}

/** A doubly linked list, in the order of insertion. */
export class IdleList<T extends IdleEntry<T>> {
  /** The entry that has been idle longest. */
  first: T | null = null;
  last: T | null = null;

  push(entry: T): void {
    entry.before = this.last;
    if (this.last === null) this.first = entry;
    else this.last.after = entry;
    this.last = entry;
  }

  /** @param entry an entry of this list */
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
