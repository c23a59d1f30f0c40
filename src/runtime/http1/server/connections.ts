import type { Socket } from 'node:net';
import { Connection, type Owner } from './connection.ts';
import { TURNED_AWAY } from './limits.ts';

/**
 * The connections of a listener, up to a limit. Beyond it the one that has kept us waiting longest
 * makes room, so that clients without a request cannot lock others out; where all are busy, the new
 * one is told to come back later. It is not left in the system's queue, where its client would learn
 * nothing, and node:net could not leave it there anyway.
 */
export class Connections {
  readonly #limit: number;
  readonly #crowded: () => void;
  readonly #all = new Set<Connection>();
  readonly #turnedAway = new Set<Connection>();

  /** @param crowded called when a connection is turned away */
  constructor(limit: number, crowded: () => void) {
    this.#limit = limit;
    this.#crowded = crowded;
  }

  accept(socket: Socket, owner: Owner): void {
    if (this.#all.size < this.#limit || this.#makeRoom()) {
      this.#all.add(new Connection(socket, owner));
      return;
    }
    this.#crowded();
    if (this.#turnedAway.size >= TURNED_AWAY) {
      socket.destroy();
      return;
    }
    const connection = new Connection(socket, owner);
    this.#turnedAway.add(connection);
    connection.turnAway();
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
    let longest: Connection | null = null;
    let until = Infinity;
    for (const connection of this.#all) {
      const { spare } = connection;
      if (spare >= until) continue;
      until = spare;
      longest = connection;
    }
    if (longest === null) return false;
    this.#all.delete(longest);
    longest.destroy();
    return true;
  }
}
