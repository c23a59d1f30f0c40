import type { Socket } from 'node:net';
import type { Shares } from '../descriptors.ts';
import { Connection, type Owner } from './connection.ts';

/**
 * The connections of a listener, up to a limit. Beyond it the one that has kept us waiting longest
 * makes room, so that clients without a request cannot lock others out; where all are busy, the new
 * one is told to come back later. It is not left in the system's queue, where its client would learn
 * nothing, and node:net could not leave it there anyway.
 */
export class Connections {
  readonly #limits: Shares;
  readonly #crowded: () => void;
  readonly #all = new Set<Connection>();
  readonly #turnedAway = new Set<Connection>();

  /** @param crowded called when a connection is turned away */
  constructor(limits: Shares, crowded: () => void) {
    this.#limits = limits;
    this.#crowded = crowded;
  }

  accept(socket: Socket, owner: Owner): void {
    const connection = new Connection(socket, owner);
    if (this.#all.size >= this.#limits.each && !this.#makeRoom()) return this.#turnAway(connection);
    this.#all.add(connection);
  }

  closed(connection: Connection): void {
    if (!this.#all.delete(connection)) this.#turnedAway.delete(connection);
  }

  *[Symbol.iterator](): Iterator<Connection> {
    yield* this.#all;
    yield* this.#turnedAway;
  }

  /** Looks at all of them: that costs no more than accepting one, and nothing below the limit. */
  #makeRoom(): boolean {
    const now = performance.now();
    let longest: Connection | null = null;
    let earliest = Infinity;
    for (const connection of this.#all) {
      const until = connection.evictableUntil(now);
      if (until >= earliest) continue;
      earliest = until;
      longest = connection;
    }
    if (longest === null) return false;
    this.#all.delete(longest);
    longest.destroy();
    return true;
  }

  /** Those who were told earlier need not be there any more to hear it. */
  #turnAway(connection: Connection): void {
    this.#crowded();
    if (this.#turnedAway.size >= this.#limits.turnedAway) {
      const [first] = this.#turnedAway;
      this.#turnedAway.delete(first!);
      first!.destroySoon();
    }
    this.#turnedAway.add(connection);
    connection.turnAway();
  }
}
