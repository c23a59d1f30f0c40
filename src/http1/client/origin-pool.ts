import type { KeepAlive } from '../../http/destination.ts';
import type { Outbound } from '../../http/messages.ts';
import { TransportError } from '../../http/transport.ts';
import { ClientConnection, type ClientConnectionOwner } from './connection.ts';
import { Dial, type Origin, type SocketListener, type SpareSockets } from './dial.ts';
import { transportError } from './failure.ts';
import type { Fence, Turns } from '../turns.ts';
import { type IdleEntry, type Peer as PeerOf, Peers } from './peers.ts';
import { type LoopShare, SharingConnection } from './loop-share.ts';
import type { Addresses } from './names/names.ts';
import { ReadBuffer } from './read-buffer.ts';
import type { ExchangeListener } from './exchange-listener.ts';

/**
 * Milliseconds that a connection is kept idle when neither the server nor the operator says how long.
 * Below what servers that do not say so use (5 s is common), since a request on a connection that is
 * just being closed is lost, and one that must not be sent twice is the client's loss.
 */
const IDLE_MS = 4000;

/** Most milliseconds that one is kept because the server said so: what many clients at once have left is not there for good. */
const LONGEST_HINT_MS = 60_000;

/** A server that says it closes after n seconds gets this many milliseconds less. */
const HINT_MARGIN_MS = 1000;

/** How often idle connections are looked at. */
const SWEEP_MS = 1000;

/**
 * Milliseconds that a connection beyond the most that are kept may wait for a request: those that are
 * idle between two requests that came together are none to close.
 */
const SURPLUS_MS = 100;

type Peer = PeerOf<PooledConnection>;

/** What a pool wants to know of its origins. */
export interface PoolOfOrigins {
  opening(): void;
  closed(): void;
  /** The last connection is gone. */
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
  /** Where its answers wait that bring much; `null`: they never do. */
  readonly turns: Turns | null;
  /** What its connections may take of the event loop's time; `null`: all of it. */
  readonly share: LoopShare | null;
}

/** The connections to one origin. */
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
    // One that may leave HTTP is read in another way.
    const leaves = request.upgrade === true;
    const idle = fresh || leaves || peer === null ? null : this.#takeIdle(peer, now);
    const { connection } = idle ?? this.#open(peer, leaves);
    connection.start(request, listener);
    return connection;
  }

  /** The exchange is over: the connection waits for the next, or is closed. */
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

  /** Closes the one that has been idle for longest; `false` when none is. */
  closeIdle(): boolean {
    const longest = this.#longestIdle();
    longest?.connection.destroy(CLOSED);
    return longest !== null;
  }

  /** Those that carry an exchange, or will. */
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
    return Math.min(hint - HINT_MARGIN_MS, idleTimeout ?? LONGEST_HINT_MS);
  }

  /** The one used last is used first, so that those nobody needs age and go. */
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

  /** Connections that are kept keep their name fresh, too: a change of it is seen though nobody asks. */
  #sweepLater(): NodeJS.Timeout {
    return later(SWEEP_MS, (now) => {
      this.#sweep = null;
      // One that holds no longer than a sweep takes is found anew each time.
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

/** A connection, and where it stands among those of its origin. */
export class PooledConnection implements ClientConnectionOwner, IdleEntry<PooledConnection> {
  readonly connection: ClientConnection;
  readonly #pool: OriginPool;
  /** Where it goes; `null` until it is there. */
  peer: Peer | null = null;
  isIdle = false;
  idleSince = 0;
  idleUntil = 0;
  before: PooledConnection | null = null;
  after: PooledConnection | null = null;

  /** @param first the address that is tried first; `null`: none is known yet */
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

  idle(): void {
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
  for (let one = idle.first, next; one !== null; one = next) {
    next = one.after;
    if (which(one)) one.connection.destroy(CLOSED);
  }
}

function later(milliseconds: number, work: (now: number) => void): NodeJS.Timeout {
  const timer = setTimeout(() => work(performance.now()), milliseconds);
  timer.unref();
  return timer;
}

const CLOSED = new TransportError('shutdown', 'the pool was closed');
