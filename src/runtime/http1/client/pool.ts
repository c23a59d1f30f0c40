import type { LookupFunction } from 'node:net';
import { serverNameOf } from '../../../http/destination.ts';
import { headerValue } from '../../../http/headers.ts';
import type { Outbound } from '../../../http/outbound.ts';
import { TransportError } from '../../../http/transport.ts';
import { Connection, type ExchangeListener, type Owner } from './connection.ts';
import { sharedLookup } from './lookup.ts';
import { type Origin, parseOrigin } from './origin.ts';
import { ReadBuffer } from './read-buffer.ts';

/**
 * Milliseconds that a connection is kept idle when the server does not say how long it would. Below
 * what servers that do not say so use, since a request on a connection that is just being closed
 * may be lost.
 */
const IDLE = 4000;

/** Most milliseconds that any is kept idle: what many clients at once have left is not there for good. */
const LONGEST_IDLE = 60_000;

/** A server that says it closes after n seconds gets this many milliseconds less. */
const IDLE_MARGIN = 1000;

/** Connections to servers, kept for reuse. */
export interface Pool {
  /** Sends a request on an idle connection, or a new one when `fresh` or none is idle. */
  start(request: Outbound, listener: ExchangeListener, fresh: boolean): Connection;
  /** Closes every connection, those in use as well. */
  destroy(): void;
}

export interface PoolOptions {
  /**
   * Whether connections read to buffers of ours, where they can. That suits Node, which else makes a
   * buffer of 64 KiB for each read; who copies what came to new memory anyway would copy twice.
   * Default: no.
   */
  readonly ownBuffers?: boolean;
  /**
   * Connections to all servers together, beyond which idle ones are closed for new ones; those in use
   * are for others to limit. Default: no limit.
   */
  readonly most?: number;
}

export function createPool({ ownBuffers = false, most = Infinity }: PoolOptions = {}): Pool {
  const servers = new Map<string, Server>();
  const lookup = sharedLookup();
  let open = 0;

  /** Looks at all servers: that costs no more than connecting, and nothing below the limit. */
  function opening(): void {
    if (++open <= most) return;
    for (const server of servers.values()) if (server.closeIdle()) return;
  }
  return {
    start(request, listener, fresh) {
      const { origin, serverName: fixed, key: shared } = request.destination;
      const serverName = fixed ?? serverNameOf(headerValue(request.headers, 'host') ?? '');
      const key = fixed === null ? `${shared} ${serverName}` : shared;
      let server = servers.get(key);
      if (server === undefined) {
        server = new Server(parseOrigin(origin, serverName), lookup, ownBuffers, {
          opening,
          closed: () => open--,
          forget: () => servers.delete(key),
        });
        servers.set(key, server);
      }
      return server.start(request, listener, fresh);
    },
    destroy() {
      for (const server of servers.values()) server.destroy();
    },
  };
}

/** What a pool wants to know of its servers. */
interface PoolOfServers {
  opening(): void;
  closed(): void;
  /** The last connection is gone. */
  forget(): void;
}

/** The connections to one server. Forgets itself when the last one is gone. */
class Server implements Owner {
  readonly #origin: Origin;
  readonly #lookup: LookupFunction;
  readonly #ownBuffers: boolean;
  readonly #pool: PoolOfServers;
  readonly #all = new Set<Connection>();
  /** The one used last is used first, so that those nobody needs age and go. */
  readonly #idle: { connection: Connection; until: number }[] = [];
  #sweep: NodeJS.Timeout | null = null;

  constructor(origin: Origin, lookup: LookupFunction, ownBuffers: boolean, pool: PoolOfServers) {
    this.#origin = origin;
    this.#lookup = lookup;
    this.#ownBuffers = ownBuffers && !origin.tls;
    this.#pool = pool;
  }

  start(request: Outbound, listener: ExchangeListener, fresh: boolean): Connection {
    // One that may leave HTTP is read in another way.
    const leaves = request.switches === true;
    const connection = (fresh || leaves ? null : this.#takeIdle()) ?? this.#open(leaves);
    connection.start(request, listener);
    return connection;
  }

  #open(leaves: boolean): Connection {
    this.#pool.opening();
    const reads = this.#ownBuffers && !leaves ? new ReadBuffer() : null;
    const connection = new Connection(this.#origin, this, this.#lookup, reads);
    this.#all.add(connection);
    return connection;
  }

  idle(connection: Connection): void {
    const hint = connection.idleHint;
    const time = hint === null ? IDLE : Math.min(Math.max(0, hint - IDLE_MARGIN), LONGEST_IDLE);
    if (time === 0) {
      connection.destroy(CLOSED);
      return;
    }
    this.#idle.push({ connection, until: performance.now() + time });
    this.#sweep ??= this.#sweepLater();
  }

  closed(connection: Connection): void {
    this.#all.delete(connection);
    this.#pool.closed();
    const at = this.#idle.findIndex((entry) => entry.connection === connection);
    if (at !== -1) this.#idle.splice(at, 1);
    if (this.#all.size > 0) return;
    if (this.#sweep !== null) clearTimeout(this.#sweep);
    this.#sweep = null;
    this.#pool.forget();
  }

  /** Closes the one that has been idle for longest; `false` when none is. */
  closeIdle(): boolean {
    const longest = this.#idle[0];
    longest?.connection.destroy(CLOSED);
    return longest !== undefined;
  }

  destroy(): void {
    for (const connection of this.#all) connection.destroy(CLOSED);
  }

  #takeIdle(): Connection | null {
    const entry = this.#idle.pop();
    if (entry === undefined) return null;
    if (entry.until > performance.now()) return entry.connection;
    entry.connection.destroy(CLOSED);
    return this.#takeIdle();
  }

  #sweepLater(): NodeJS.Timeout {
    const timer = setTimeout(() => {
      this.#sweep = null;
      const now = performance.now();
      // Closing takes an entry out of the list: look at a copy.
      for (const { connection, until } of this.#idle.slice()) {
        if (until <= now) connection.destroy(CLOSED);
      }
      if (this.#idle.length > 0) this.#sweep ??= this.#sweepLater();
    }, IDLE_MARGIN);
    timer.unref();
    return timer;
  }
}

const CLOSED = new TransportError('shutdown', 'the pool was closed');
