import type { Shares } from '../descriptors.ts';
import type { AcceptedConnection } from './accepted.ts';

/** A connection that may have to be turned away. */
export type NewConnection = AcceptedConnection & { refuse(status: 503): void; destroySoon(): void };

/**
 * The connections of a listener, up to a limit. At the limit, the connection that has waited longest for its client is
 * closed for a new one, so that clients without a request cannot lock others out. If all are busy, the new connection
 * gets a 503. It is not left in the system's accept queue: its client would learn nothing there, and node:net accepts
 * everything anyway.
 */
export class Connections {
  readonly #limits: Shares;
  readonly #crowded: () => void;
  readonly #all = new Set<AcceptedConnection>();
  readonly #turnedAway = new Set<NewConnection>();

  readonly #mayOpen: (open: number) => boolean;

  /**
   * @param crowded called when a connection gets a 503
   * @param mayOpen whether another one may be open beside so many
   */
  constructor(limits: Shares, crowded: () => void, mayOpen = (_open: number) => true) {
    this.#limits = limits;
    this.#crowded = crowded;
    this.#mayOpen = mayOpen;
  }

  /** Number of connections. */
  get size(): number {
    return this.#all.size;
  }

  accept(connection: NewConnection): void {
    const isFull = this.size >= this.#limits.each || !this.#mayOpen(this.size);
    if (isFull && !this.#makeRoom()) return this.#turnAway(connection);
    this.#all.add(connection);
  }

  closed(connection: AcceptedConnection): void {
    if (!this.#all.delete(connection)) this.#turnedAway.delete(connection as NewConnection);
  }

  /** Puts another connection in the place of one with the same socket, unless that was closed. */
  replace(connection: AcceptedConnection, successor: () => AcceptedConnection): void {
    if (this.#all.delete(connection)) this.#all.add(successor());
  }

  /** Begins to serve a client whose first bytes have arrived, or says only now that there is no room for it. */
  begin(from: AcceptedConnection, serve: () => NewConnection): void {
    const hadRoom = this.#all.delete(from);
    if (!hadRoom) this.#turnedAway.delete(from as NewConnection);
    const connection = serve();
    (hadRoom ? this.#all : this.#turnedAway).add(connection);
    if (!hadRoom) connection.refuse(503);
  }

  *[Symbol.iterator](): Iterator<AcceptedConnection> {
    yield* this.#all;
    yield* this.#turnedAway;
  }

  /** Searches all connections: no more expensive than accepting one, and not done below the limit. */
  #makeRoom(): boolean {
    const now = performance.now();
    let victim: AcceptedConnection | null = null;
    let earliest = Infinity;
    for (const connection of this.#all) {
      const until = connection.evictableUntil(now);
      if (until >= earliest) continue;
      earliest = until;
      victim = connection;
    }
    if (victim === null) return false;
    this.#all.delete(victim);
    victim.destroy();
    return true;
  }

  /** At its own limit, the connection that got its 503 first is closed as soon as that is sent. */
  #turnAway(connection: NewConnection): void {
    this.#crowded();
    if (this.#turnedAway.size >= this.#limits.turnedAway) {
      const [first] = this.#turnedAway;
      this.#turnedAway.delete(first!);
      first!.destroySoon();
    }
    this.#turnedAway.add(connection);
    connection.refuse(503);
  }
}
