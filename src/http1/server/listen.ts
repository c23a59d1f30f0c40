import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { Reply } from '../../http/messages.ts';
import { shareOut, type Shares } from '../descriptors.ts';
import { Turns } from '../turns.ts';
import { AcceptWatch } from './accept-watch.ts';
import { ServerConnection, type ServerConnectionOwner } from './connection.ts';
import { CLIENT_TIMEOUT_MS, MOST_CONNECTIONS } from './limits.ts';
import type { ServerRequest } from './request.ts';

/** Where to listen, and what to do with requests. */
export interface Http1ListenOptions {
  readonly hostname: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** Makes the response. What it throws, or rejects with, becomes a 500. */
  readonly respond: (request: ServerRequest) => Reply | Promise<Reply>;
  /**
   * Milliseconds that a client may take for the head of a request, between two reads of its body, and
   * between two writes of its response. Default: 60,000.
   */
  readonly clientTimeoutMs?: number | undefined;
  /** Connections of clients at once. Default: 10,000. Fewer where `shares` has fewer. */
  readonly maxConnections?: number | undefined;
  /** Called when a client is turned away, since so many connections are busy. */
  readonly onCrowded?: ((maxConnections: number) => void) | undefined;
  /** Called when the listener had stopped accepting, and was opened anew. */
  readonly onReopened?: (() => void) | undefined;
  /** Sockets that there may be, whatever the options say. Default: any number. */
  readonly shares?: Shares;
  /** Where clients wait that send much. Default: turns of their own. */
  readonly turns?: Turns;
  /** It may stop accepting for good (see `AcceptWatch`). Default: it does not. */
  readonly goesDeaf?: boolean;
}

/** A listener that is open. */
export interface Listening {
  readonly hostname: string;
  readonly port: number;
  /** Connections of clients that are taken at once. */
  readonly maxConnections: number;
  /** Stops accepting; resolves once every request that had come in has its response. */
  stop(): Promise<void>;
  /** Closes every connection at once. */
  kill(): void;
}

/** Listens for HTTP/1.1. Rejects when the address cannot be listened on. */
export async function listen(options: Http1ListenOptions): Promise<Listening> {
  const { hostname, respond, onCrowded = () => {}, onReopened = () => {} } = options;
  const { shares = shareOut(Infinity, 0), turns = new Turns(), goesDeaf = false } = options;
  const maxConnections = Math.min(options.maxConnections ?? MOST_CONNECTIONS, shares.each);
  const limits = { each: maxConnections, turnedAway: shares.turnedAway };
  const crowded = () => onCrowded(maxConnections);
  const connections = new Connections(limits, crowded);
  let watch: AcceptWatch | null = null;
  const owner = {
    turns,
    stopping: false as boolean,
    clientTimeoutMs: options.clientTimeoutMs ?? CLIENT_TIMEOUT_MS,
    respond,
    closed: (connection) => connections.closed(connection),
  } satisfies ServerConnectionOwner;
  function accept(socket: Socket): void {
    // Accepted just before we stopped, and never used; or a question of our own.
    if (owner.stopping || watch?.accepts(socket)) socket.destroy();
    else connections.accept(socket, owner);
  }
  async function open(port: number): Promise<Server> {
    const opened = await listening(createServer({ noDelay: true }, accept), hostname, port);
    // Where a connection cannot be accepted for want of descriptors, the next may be.
    return opened.on('error', crowded);
  }

  const closing: Promise<void>[] = [];
  let server = await open(options.port);
  const { address, port } = server.address() as AddressInfo;
  async function reopen(): Promise<void> {
    if (server.listening) closing.push(closed(server));
    server = await open(port);
    onReopened();
  }
  if (goesDeaf) watch = new AcceptWatch({ hostname: address, port, reopen });
  return {
    hostname: address,
    port,
    maxConnections,
    async stop() {
      owner.stopping = true;
      watch?.stop();
      closing.push(closed(server));
      // Not before what has arrived was read: there may be requests among it.
      setImmediate(() => {
        for (const connection of connections) if (connection.idle) connection.destroy();
      });
      await Promise.all(closing);
    },
    kill() {
      for (const connection of connections) connection.destroy();
    },
  };
}

function listening(server: Server, host: string, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host }, () => {
      server.off('error', reject);
      resolve(server);
    });
  });
}

/** Listens no more; resolves once its connections are closed. */
function closed(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

/**
 * The connections of a listener, up to a limit. Beyond it the one that has kept us waiting longest
 * makes room, so that clients without a request cannot lock others out; where all are busy, the new
 * one is told to come back later. It is not left in the system's queue, where its client would learn
 * nothing, and node:net could not leave it there anyway.
 */
export class Connections {
  readonly #limits: Shares;
  readonly #crowded: () => void;
  readonly #all = new Set<ServerConnection>();
  readonly #turnedAway = new Set<ServerConnection>();

  /** @param crowded called when a connection is turned away */
  constructor(limits: Shares, crowded: () => void) {
    this.#limits = limits;
    this.#crowded = crowded;
  }

  accept(socket: Socket, owner: ServerConnectionOwner): void {
    const connection = new ServerConnection(socket, owner);
    if (this.#all.size >= this.#limits.each && !this.#makeRoom()) return this.#turnAway(connection);
    this.#all.add(connection);
  }

  closed(connection: ServerConnection): void {
    if (!this.#all.delete(connection)) this.#turnedAway.delete(connection);
  }

  *[Symbol.iterator](): Iterator<ServerConnection> {
    yield* this.#all;
    yield* this.#turnedAway;
  }

  /** Looks at all of them: that costs no more than accepting one, and nothing below the limit. */
  #makeRoom(): boolean {
    const now = performance.now();
    let longest: ServerConnection | null = null;
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
  #turnAway(connection: ServerConnection): void {
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
