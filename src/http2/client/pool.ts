import type { ConnectionOptions } from 'node:tls';
import type { KeepAlive, TlsConfig } from '../../http/destination.ts';
import type { Outbound } from '../../http/messages.ts';
import { TransportError } from '../../http/transport.ts';
import {
  type BeginTls,
  Dial,
  type Origin,
  parseOrigin,
  type SpareSockets,
} from '../../http1/client/dial.ts';
import type { Carrier, ExchangeListener } from '../../http1/client/exchange-listener.ts';
import { transportError } from '../../http1/client/failure.ts';
import type { Names } from '../../http1/client/names/names.ts';
import { Origins, type OriginUse } from '../../http1/client/origins.ts';
import { type Peer, Peers } from '../../http1/client/peers.ts';
import type { Pool } from '../../http1/client/pool.ts';
import type { Turns } from '../../http1/turns.ts';
import { IDLE_MS, SWEEP_MS } from './limits.ts';
import { Session, type SessionOwner } from './session.ts';

export interface Http2PoolOptions {
  readonly names: Names;
  /** Where long responses wait for their next turn of the event loop. Default: they never wait. */
  readonly turns?: Turns | undefined;
  /** Whether the runtime holds back what is written: see `Flusher`. Default: no. */
  readonly holdsBack?: boolean;
  /** Whether a server that floods us with frames of no use loses its connection. Default: false. */
  readonly endsFloods?: boolean;
  /**
   * Most connections to all servers together. Beyond it, an idle one is closed for each new one; connections in use are not
   * limited here. Default: no limit.
   */
  readonly most?: number;
  /** Makes the options of a new TLS connection of what is configured. */
  readonly secureOptions: (tls: TlsConfig) => ConnectionOptions;
  /** Begins TLS on runtimes that need another way. Default: `connect` of `node:tls`. */
  readonly beginTls?: BeginTls | undefined;
  /** The error, if no descriptors are left, on runtimes that report that as a refused connection; else `null`. */
  readonly shortage: () => unknown;
}

/** Connections over HTTP/2, each of which carries many requests. */
export function createHttp2Pool(options: Http2PoolOptions): Pool {
  const {
    names,
    turns = null,
    holdsBack = false,
    endsFloods = false,
    most = Infinity,
    secureOptions,
    beginTls,
    shortage,
  } = options;
  const origins = new Origins(sessionsTo);
  const spare: SpareSockets = { take: () => true, give() {}, shortage };
  let open = 0;

  /** Searches all origins: no more expensive than connecting, and not done below the limit. */
  function makeRoom(): void {
    if (++open <= most) return;
    for (const sessions of origins) if (sessions.closeIdle()) return;
  }
  function sessionsTo(request: Outbound, serverName: string, use: OriginUse): OriginSessions {
    const { origin: url, keepAlive, tls } = request.destination;
    const secure = () => ({ ...(tls !== null && secureOptions(tls)), ALPNProtocols: ['h2'] });
    const origin = parseOrigin(url, serverName, secure, beginTls);
    const peers = new Peers<Session>(names.of(origin.hostname), leaveAll);
    return new OriginSessions(
      { origin, peers, keepAlive, turns, holdsBack, endsFloods, spare },
      {
        opening() {
          makeRoom();
          use.begins();
        },
        closed: () => open--,
        empty: use.ends,
      },
    );
  }
  return {
    start: (request, listener, fresh) => origins.of(request).start(request, listener, fresh),
    destroy() {
      for (const sessions of origins) sessions.destroy();
    },
  };
}

/** The name has lost the address: its connections take no further requests. */
function leaveAll({ idle }: Peer<Session>): void {
  for (let session = idle.first, next; session !== null; session = next) {
    next = session.after;
    session.leave();
  }
}

interface OriginSessionsOptions {
  readonly origin: Origin;
  readonly peers: Peers<Session>;
  readonly keepAlive: KeepAlive;
  readonly turns: Turns | null;
  readonly holdsBack: boolean;
  readonly endsFloods: boolean;
  readonly spare: SpareSockets;
}

interface OriginSessionsEvents {
  /** A connection is about to be opened. */
  opening(): void;
  /** One was closed. */
  closed(): void;
  /** The last one was closed. */
  empty(): void;
}

/** The connections to one origin: at least one to each of its addresses, whose turn it is with each request. */
class OriginSessions implements SessionOwner {
  readonly turns: Turns | null;
  readonly holdsBack: boolean;
  readonly endsFloods: boolean;
  readonly maxRequests: number;
  readonly #options: OriginSessionsOptions;
  readonly #events: OriginSessionsEvents;
  readonly #all = new Set<Session>();
  #sweep: NodeJS.Timeout | null = null;

  constructor(options: OriginSessionsOptions, events: OriginSessionsEvents) {
    this.turns = options.turns;
    this.holdsBack = options.holdsBack;
    this.endsFloods = options.endsFloods;
    this.maxRequests = options.keepAlive.requests;
    this.#options = options;
    this.#events = events;
  }

  start(request: Outbound, listener: ExchangeListener, fresh: boolean): Carrier {
    const peer = this.#options.peers.next(performance.now());
    const session = (fresh ? null : this.#free(peer)) ?? this.#open(peer);
    return session.start(request, listener, !fresh);
  }

  /** Keeps as many idle connections as the operator wants. */
  becameIdle(): void {
    const idle = this.#idle();
    for (const session of idle.slice(0, Math.max(0, idle.length - this.#options.keepAlive.size)))
      session.destroy(CLOSED);
  }

  /** Closes the connection that has been idle longest. Returns false if none is idle. */
  closeIdle(): boolean {
    const [longest] = this.#idle();
    longest?.destroy(CLOSED);
    return longest !== undefined;
  }

  /** Longest first. */
  #idle(): Session[] {
    const idle = [...this.#all].filter(({ isOpen, streams }) => isOpen && streams === 0);
    return idle.toSorted((a, b) => a.idleSince - b.idleSince);
  }

  closed(session: Session): void {
    if (!this.#all.delete(session)) return;
    this.#events.closed();
    if (session.peer !== null && isListed(session)) session.peer.idle.remove(session);
    if (this.#all.size > 0) return;
    if (this.#sweep !== null) clearInterval(this.#sweep);
    this.#sweep = null;
    this.#events.empty();
  }

  destroy(): void {
    for (const session of this.#all) session.destroy(CLOSED);
  }

  #free(peer: Peer<Session> | null): Session | null {
    for (const session of this.#all)
      if (session.isFree && (peer === null || session.peer === peer || session.peer === null))
        return session;
    return null;
  }

  #open(peer: Peer<Session> | null): Session {
    this.#events.opening();
    const session = new Session(this, peer, (opened) => this.#dial(opened, peer));
    this.#all.add(session);
    this.#sweep ??= setInterval(() => this.#look(), SWEEP_MS).unref();
    return session;
  }

  #dial(session: Session, first: Peer<Session> | null): Dial<Peer<Session>> {
    const { origin, peers, spare } = this.#options;
    const won = (peer: Peer<Session>) => {
      session.peer = peer;
      peer.idle.push(session);
    };
    const dial = new Dial<Peer<Session>>(origin, null, session, won, spare);
    const now = performance.now();
    if (peers.refresh(now)) dial.start(peers.order(first, now));
    else
      peers
        .find()
        .then(() => dial.start(peers.order(first ?? peers.next(now), performance.now())))
        .catch((error: unknown) => dial.fail(transportError(error)));
    return dial;
  }

  /** Looks up the name, closes connections that were idle for too long, and asks silent ones for a sign of life. */
  #look(): void {
    const { peers, keepAlive } = this.#options;
    const now = performance.now();
    if (!peers.refresh(now)) peers.find().catch(() => {});
    const idleMs = keepAlive.idleTimeout ?? IDLE_MS;
    for (const session of this.#all) {
      if (session.streams > 0) session.look();
      else if (session.idleSince > 0 && now - session.idleSince >= idleMs) session.destroy(CLOSED);
    }
  }
}

/** Whether a session is in the list of its address: only once it is connected. */
function isListed(session: Session): boolean {
  const { first } = session.peer!.idle;
  return session.before !== null || session.after !== null || first === session;
}

const CLOSED = new TransportError('shutdown', 'the pool was closed');
