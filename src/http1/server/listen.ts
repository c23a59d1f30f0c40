import type { Socket } from 'node:net';
import type { Reply } from '../../http/messages.ts';
import { shareOut, type Shares } from '../descriptors.ts';
import { Turns } from '../turns.ts';
import type { AcceptedConnection, ConnectionOwner, ServeHttp2 } from './accepted.ts';
import { ServerConnection } from './connection.ts';
import { CLIENT_TIMEOUT_MS, HEAD_LIMITS, headLimits, MAX_CONNECTIONS } from './limits.ts';
import { type OpenPort, openPort } from './port.ts';
import { ProxiedConnection } from './proxied-connection.ts';
import { type Link, peerOf, rememberPeer, type ServerRequest } from './request.ts';

export interface Http1ListenOptions {
  /** Address or name to listen on; `unix:/path` is a Unix socket, whose clients have the peer `unix:`. */
  readonly hostname: string;
  /** 0 picks a free port. */
  readonly port: number;
  /** Peers whose connections begin with a header of the PROXY protocol, which names the client. Default: none. */
  readonly proxied?: ((peer: string) => boolean) | undefined;
  /** Called when such a peer sent no header: its connection is closed. */
  readonly onNoHeader?: ((peer: string, reason: string) => void) | undefined;
  /** A second port, for TLS. Default: none. */
  readonly tls?: TlsPort | undefined;
  /** Loads what serves clients of HTTP/2, when the first of them comes. Default: they are refused. */
  readonly loadHttp2?: (() => Promise<ServeHttp2>) | undefined;
  /** Makes the response. If it throws or rejects, the client gets a 500. */
  readonly respond: (request: ServerRequest) => Reply | Promise<Reply>;
  /**
   * Milliseconds that a client may take for the head of a request, between two reads of its body, and
   * between two writes of its response. Default: 60,000.
   */
  readonly clientTimeoutMs?: number | undefined;
  /**
   * Most bytes of a request's head. Default: 32 KiB, of which the request line may have 8. If it is given, the request line
   * may be as long.
   */
  readonly maxHeadBytes?: number | undefined;
  /** Most connections of clients at a time. Default: 10,000. `shares.each` may lower it. */
  readonly maxConnections?: number | undefined;
  /** Whether another one may be open beside so many. Default: it may. */
  readonly mayOpen?: ((open: number) => boolean) | undefined;
  /** Called when a client gets a 503 because all connections are busy, and when one cannot be accepted. */
  readonly onCrowded?: ((maxConnections: number) => void) | undefined;
  /** Called when the listener had stopped accepting and was reopened. */
  readonly onReopened?: (() => void) | undefined;
  /** Upper limits for sockets, from the descriptor limit. Default: no limit. */
  readonly shares?: Shares;
  /** Where bodies and pipelined requests wait for their next turn of the event loop. Default: a new queue. */
  readonly turns?: Turns;
  /** True on a runtime whose listener may stop accepting for good (see `AcceptWatch`). Default: false. */
  readonly goesDeaf?: boolean;
}

/** A port whose connections begin with a TLS handshake. */
export interface TlsPort {
  /** 0 picks a free port. */
  readonly port: number;
  /** Begins the handshake, as a server. The socket that is returned may be used at once: what it is given waits. */
  secure(socket: Socket): Socket;
}

/** An open listener. */
export interface Listening {
  readonly hostname: string;
  readonly port: number;
  /** `null`: TLS is not listened for. */
  readonly tlsPort: number | null;
  /** Most connections of clients at a time. */
  readonly maxConnections: number;
  /** Connections of clients now. */
  open(): number;
  /**
   * Stops accepting. Resolves once every request that has arrived has its response.
   *
   * @param idleGraceMs milliseconds for which connections without a request stay open, for what clients have just sent.
   * Default: 0
   */
  stop(idleGraceMs?: number): Promise<void>;
  /** Closes every connection at once. */
  kill(): void;
}

/** Opens an HTTP/1.1 listener. Rejects if the address cannot be listened on. */
export async function listen(options: Http1ListenOptions): Promise<Listening> {
  const { hostname, respond, onCrowded = () => {}, onReopened = () => {} } = options;
  const { shares = shareOut(Infinity, 0), turns = new Turns(), goesDeaf = false } = options;
  const maxConnections = Math.min(options.maxConnections ?? MAX_CONNECTIONS, shares.each);
  const limits = { each: maxConnections, turnedAway: shares.turnedAway };
  const crowded = () => onCrowded(maxConnections);
  const connections = new Connections(limits, crowded, options.mayOpen);
  const { loadHttp2 = null } = options;
  const owner = {
    turns,
    stopping: false as boolean,
    clientTimeoutMs: options.clientTimeoutMs ?? CLIENT_TIMEOUT_MS,
    headLimits: options.maxHeadBytes === undefined ? HEAD_LIMITS : headLimits(options.maxHeadBytes),
    respond,
    closed: (connection) => connections.closed(connection),
    switchToHttp2: loadHttp2 === null ? null : switchToHttp2,
  } satisfies ConnectionOwner;

  function switchToHttp2(from: AcceptedConnection, socket: Socket, bytes: Buffer): void {
    loadHttp2!().then(
      (serve) => connections.replace(from, () => serve(socket, bytes, owner, from.scheme)),
      () => from.destroy(),
    );
  }

  const { proxied = () => false, onNoHeader = () => {} } = options;
  /** @param serve begins to serve a client */
  function accept(socket: Socket, scheme: Link['scheme'], serve: Serve): void {
    if (!proxied(peerOf(socket))) return connections.accept(serve(socket));
    const behindProxy = new ProxiedConnection(socket, {
      scheme,
      timeoutMs: owner.clientTimeoutMs,
      onHeader: (from, after) => connections.begin(from, () => serve(after)),
      onRefused: onNoHeader,
      closed: owner.closed,
    });
    connections.accept(behindProxy);
  }

  const ports: OpenPort[] = [];
  async function open(port: number, scheme: Link['scheme'], serve: Serve): Promise<OpenPort> {
    const opened = await openPort({
      hostname,
      port,
      goesDeaf,
      accept: (socket) => accept(socket, scheme, serve),
      onLost: crowded,
      onReopened,
    });
    ports.push(opened);
    return opened;
  }
  const closeAll = (takesLast = false) => Promise.all(ports.map((port) => port.close(takesLast)));
  const plain = await open(
    options.port,
    'http',
    (socket) => new ServerConnection(socket, owner, 'http'),
  );
  const { tls } = options;
  const secure =
    tls === undefined
      ? null
      : await open(
          tls.port,
          'https',
          (socket) => new ServerConnection(secured(tls, socket), owner, 'https'),
        ).catch(async (error: unknown) => {
          await closeAll();
          throw error;
        });

  return {
    hostname: plain.hostname,
    port: plain.port,
    tlsPort: secure === null ? null : secure.port,
    maxConnections,
    open: () => connections.size,
    async stop(idleGraceMs = 0) {
      owner.stopping = true;
      const closed = closeAll(idleGraceMs > 0);
      const stopAll = () => {
        for (const connection of connections) connection.stop();
      };
      // After a poll of the sockets, so that requests that have arrived are read first.
      if (idleGraceMs === 0) setImmediate(stopAll);
      else setTimeout(stopAll, idleGraceMs);
      await closed;
    },
    kill() {
      for (const connection of connections) connection.destroy();
    },
  };
}

/** Begins to serve the client of a socket. */
type Serve = (socket: Socket) => ServerConnection;

/** Who the client is has been read from the socket below. */
function secured(tls: TlsPort, socket: Socket): Socket {
  const above = tls.secure(socket);
  rememberPeer(above, peerOf(socket));
  return above;
}

/** A connection that may have to be turned away. */
type NewConnection = ServerConnection | ProxiedConnection;

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

  /** Begins to serve the client of a proxy whose header has arrived, or says only now that there is no room for it. */
  begin(from: ProxiedConnection, serve: () => ServerConnection): void {
    const hadRoom = this.#all.delete(from);
    if (!hadRoom) this.#turnedAway.delete(from);
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
