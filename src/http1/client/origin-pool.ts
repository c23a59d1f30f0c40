import type { KeepAlive } from '../../http/destination.ts';
import type { Outbound } from '../../http/messages.ts';
import { TransportError } from '../../http/transport.ts';
import { ClientConnection, type ClientConnectionOwner } from './connection.ts';
import { Dial, type Origin, type SocketListener, type SpareSockets } from './dial.ts';
import { transportError } from './failure.ts';
import type { Turns } from '../turns.ts';
import { type IdleEntry, type Peer as PeerOf, Peers } from './peers.ts';
import { type LoopShare, SharingConnection } from './loop-share.ts';
import type { Addresses } from './names/names.ts';
import { ReadBuffer } from '../read-buffer.ts';
import type { ExchangeListener } from './exchange-listener.ts';
import type { Fence } from '../fence.ts';

/**
 * Milliseconds that an idle connection is kept if neither the server nor the operator says how long. Below the timeout
 * of servers that do not announce it (5 s is common, e.g. Node): a request that is written while the server closes is
 * lost, and if it is not idempotent, the client gets the error. undici calls it `keepAliveTimeout`.
 */
const IDLE_MS = 4000;

/** Most milliseconds that the server's Keep-Alive field may ask for, so that connections of a burst do not linger. */
const MAX_HINT_MS = 60_000;

/** A connection is closed this many milliseconds before the server, by its Keep-Alive field, closes it. */
const HINT_MARGIN_MS = 1000;

/** Milliseconds between two checks for expired idle connections. */
const SWEEP_MS = 1000;

/**
 * Milliseconds that an idle connection beyond `KeepAlive.size` is still kept: in a burst, connections are idle between
 * two requests for a moment, and need not be closed for that.
 */
const SURPLUS_MS = 100;

type Peer = PeerOf<PooledConnection>;

/** The pool of all origins, as one origin's pool uses it. */
export interface PoolOfOrigins {
  /** Called before a connection is opened. */
  opening(): void;
  /** Called when a connection was closed. */
  closed(): void;
  /** Called when the origin's last connection was closed. */
  empty(): void;
  readonly spareSockets: SpareSockets;
}

export interface OriginPoolOptions {
  readonly origin: Origin;
  readonly addresses: Addresses;
  readonly keepAlive: KeepAlive;
  readonly ownBuffers: boolean;
  readonly gathers: boolean;
  readonly fence: Fence;
  /** Where long responses wait for their next turn of the event loop; `null`: they never wait. */
  readonly turns: Turns | null;
  /** Limits the event loop's time for these connections; `null`: no limit. */
  readonly share: LoopShare | null;
}

/**
 * The connections to one origin. An idle connection is used again only if its address still belongs to the name and it
 * has not expired; then it waits at the fence (`ClientConnection.start`).
 */
export class OriginPool {
  readonly origin: Origin;
  readonly fence: Fence;
  readonly gathers: boolean;
  readonly turns: Turns | null;
  readonly peers: Peers<PooledConnection>;
  readonly share: LoopShare | null;
  readonly #keepAlive: KeepAlive;
  readonly #ownBuffers: boolean;
  readonly #pool: PoolOfOrigins;
  readonly #all = new Set<PooledConnection>();
  #idle = 0;
  #sweep: NodeJS.Timeout | null = null;
  #trim: NodeJS.Timeout | null = null;

  constructor(options: OriginPoolOptions, pool: PoolOfOrigins) {
    const { origin, addresses, keepAlive, ownBuffers, gathers, fence, turns, share } = options;
    this.origin = origin;
    this.fence = fence;
    this.gathers = gathers;
    this.turns = turns;
    this.peers = new Peers(addresses, (peer) => closeIdle(peer, () => true));
    this.share = share;
    this.#keepAlive = keepAlive;
    this.#ownBuffers = ownBuffers && !origin.tls;
    this.#pool = pool;
  }

  start(request: Outbound, listener: ExchangeListener, fresh: boolean): ClientConnection {
    const now = performance.now();
    const peer = this.peers.next(now);
    // A connection that may become a tunnel must not read into a `ReadBuffer`: it gets a new one without.
    const leaves = request.upgrade === true;
    const keep = fresh || leaves || peer === null ? null : this.#takeIdle(peer, now);
    const { connection } = keep ?? this.#open(peer, leaves);
    connection.start(request, listener);
    return connection;
  }

  /** Keeps a connection after an exchange, or closes it if it has served its number of requests or its time is up. */
  idle(pooled: PooledConnection): void {
    const { connection, peer } = pooled;
    const time = this.#idleTime(connection.idleHint);
    const isSpent = connection.exchanges >= this.#keepAlive.requests;
    if (isSpent || time <= 0 || !peer!.isCurrent) return connection.destroy(CLOSED);
    const now = performance.now();
    pooled.idleSince = now;
    pooled.idleUntil = now + time;
    peer!.idle.push(pooled);
    pooled.isIdle = true;
    this.#sweep ??= this.#sweepLater();
    if (++this.#idle > this.#keepAlive.size) this.#trim ??= this.#trimLater();
  }

  closed(pooled: PooledConnection): void {
    this.#all.delete(pooled);
    if (pooled.isIdle) this.#leaveIdle(pooled);
    this.#pool.closed();
    if (this.#all.size > 0) return;
    for (const timer of [this.#sweep, this.#trim]) if (timer !== null) clearTimeout(timer);
    this.#sweep = null;
    this.#trim = null;
    this.#pool.empty();
  }

  get spareSockets(): SpareSockets {
    return this.#pool.spareSockets;
  }

  /** Closes the connection that has been idle longest; `false` if none is idle. */
  closeIdle(): boolean {
    const longest = this.#longestIdle();
    longest?.connection.destroy(CLOSED);
    return longest !== null;
  }

  /** The connections with an exchange, open or being opened. */
  *inUse(): Iterable<ClientConnection> {
    for (const { isIdle, connection } of this.#all) if (!isIdle) yield connection;
  }

  destroy(): void {
    for (const { connection } of this.#all) connection.destroy(CLOSED);
  }

  #open(peer: Peer | null, leaves: boolean): PooledConnection {
    this.#pool.opening();
    this.share?.connects(this.origin.tls);
    const reads = this.#ownBuffers && !leaves ? new ReadBuffer() : null;
    const pooled = new PooledConnection(this, peer, reads);
    this.#all.add(pooled);
    return pooled;
  }

  #idleTime(hint: number | null): number {
    const { idleTimeout } = this.#keepAlive;
    if (hint === null) return idleTimeout ?? IDLE_MS;
    return Math.min(hint - HINT_MARGIN_MS, idleTimeout ?? MAX_HINT_MS);
  }

  /** Last in, first out, so that connections that are not needed expire. */
  #takeIdle(peer: Peer, now: number): PooledConnection | null {
    for (let last = peer.idle.last; last !== null; last = peer.idle.last) {
      if (last.idleUntil > now) {
        this.#leaveIdle(last);
        return last;
      }
      last.connection.destroy(CLOSED);
    }
    return null;
  }

  #leaveIdle(pooled: PooledConnection): void {
    pooled.isIdle = false;
    pooled.peer!.idle.remove(pooled);
    this.#idle--;
  }

  #longestIdle(): PooledConnection | null {
    let longest: PooledConnection | null = null;
    for (const { idle } of this.peers.all) {
      const { first } = idle;
      if (first !== null && (longest === null || first.idleSince < longest.idleSince))
        longest = first;
    }
    return longest;
  }

  /** While connections are idle, their name is looked up, too: connections to an address that it lost are closed. */
  #sweepLater(): NodeJS.Timeout {
    return later(SWEEP_MS, (now) => {
      this.#sweep = null;
      // A name with a TTL below `SWEEP_MS` is looked up at each sweep.
      if (!this.peers.refresh(now)) this.peers.find().catch(() => {});
      for (const peer of this.peers.all) closeIdle(peer, ({ idleUntil }) => idleUntil <= now);
      if (this.#idle > 0) this.#sweep ??= this.#sweepLater();
    });
  }

  #trimLater(): NodeJS.Timeout {
    return later(SURPLUS_MS, (now) => {
      this.#trim = null;
      for (let surplus = this.#idle - this.#keepAlive.size; surplus > 0; surplus--) {
        const longest = this.#longestIdle()!;
        if (longest.idleSince > now - SURPLUS_MS) break;
        longest.connection.destroy(CLOSED);
      }
      if (this.#idle > this.#keepAlive.size) this.#trim ??= this.#trimLater();
    });
  }
}

/** A connection with its place in the pool of its origin. */
export class PooledConnection implements ClientConnectionOwner, IdleEntry<PooledConnection> {
  readonly connection: ClientConnection;
  readonly #pool: OriginPool;
  /** The address that it is connected to; `null` while it is being opened. */
  peer: Peer | null = null;
  isIdle = false;
  idleSince = 0;
  idleUntil = 0;
  before: PooledConnection | null = null;
  after: PooledConnection | null = null;

  /** @param first the address to try first; `null`: none is known yet */
  constructor(pool: OriginPool, first: Peer | null, reads: ReadBuffer | null) {
    this.#pool = pool;
    const open = (listener: SocketListener) => {
      const won = (peer: Peer) => void (this.peer = peer);
      const dial = new Dial(pool.origin, reads, listener, won, pool.spareSockets);
      dialInTurn(dial, pool.peers, first);
      return dial;
    };
    const { share } = pool;
    this.connection =
      share === null
        ? new ClientConnection(open, this, reads)
        : new SharingConnection(share, open, this, reads);
  }

  get fence(): Fence {
    return this.#pool.fence;
  }
  get turns(): Turns | null {
    return this.#pool.turns;
  }

  get gathers(): boolean {
    return this.#pool.gathers;
  }

  becameIdle(): void {
    this.#pool.idle(this);
  }

  closed(): void {
    this.#pool.closed(this);
  }
}

function dialInTurn(dial: Dial<Peer>, peers: Peers<PooledConnection>, first: Peer | null): void {
  const now = performance.now();
  if (peers.refresh(now)) return dial.start(peers.order(first, now));
  peers
    .find()
    .then(() => dial.start(peers.order(first ?? peers.next(now), performance.now())))
    .catch((error: unknown) => dial.fail(transportError(error)));
}

function closeIdle({ idle }: Peer, which: (pooled: PooledConnection) => boolean): void {
  for (let pooled = idle.first, next; pooled !== null; pooled = next) {
    next = pooled.after;
    if (which(pooled)) pooled.connection.destroy(CLOSED);
  }
}

function later(milliseconds: number, work: (now: number) => void): NodeJS.Timeout {
  const timer = setTimeout(() => work(performance.now()), milliseconds);
  timer.unref();
  return timer;
}

const CLOSED = new TransportError('shutdown', 'the pool was closed');
