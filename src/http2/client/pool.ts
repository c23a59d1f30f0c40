import type { ConnectionOptions } from 'node:tls';
import { type KeepAlive, serverNameOf, type TlsConfig } from '../../http/destination.ts';
import { headerValue } from '../../http/fields.ts';
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
import { type Peer, Peers } from '../../http1/client/peers.ts';
import { MAX_EMPTY, type Pool } from '../../http1/client/pool.ts';
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
    secureOptions,
    beginTls,
    shortage,
  } = options;
  const origins = new Map<string, OriginSessions>();
  const empty = new Set<string>();
  const spare: SpareSockets = { take: () => true, give() {}, shortage };

  function sessionsTo(key: string, request: Outbound, serverName: string): OriginSessions {
    const { origin: url, keepAlive, tls } = request.destination;
    const secure = () => ({ ...(tls !== null && secureOptions(tls)), ALPNProtocols: ['h2'] });
    const origin = parseOrigin(url, serverName, secure, beginTls);
    const peers = new Peers<Session>(names.of(origin.hostname), leaveAll);
    return new OriginSessions(
      { origin, peers, keepAlive, turns, holdsBack, endsFloods, spare },
      () => {
        empty.add(key);
        const [longest] = empty;
        if (empty.size > MAX_EMPTY && empty.delete(longest!)) origins.delete(longest!);
      },
    );
  }
  return {
    start(request, listener, fresh) {
      const { serverName: fixed, key: shared } = request.destination;
      const serverName = fixed ?? serverNameOf(headerValue(request.headers, 'host') ?? '');
      const key = fixed === null ? `${shared} ${serverName}` : shared;
      let sessions = origins.get(key);
      if (sessions === undefined) {
        sessions = sessionsTo(key, request, serverName);
        origins.set(key, sessions);
      }
      empty.delete(key);
      return sessions.start(request, listener, fresh);
    },
    destroy() {
      for (const sessions of origins.values()) sessions.destroy();
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

/** The connections to one origin: at least one to each of its addresses, whose turn it is with each request. */
class OriginSessions implements SessionOwner {
  readonly turns: Turns | null;
  readonly holdsBack: boolean;
  readonly endsFloods: boolean;
  readonly maxRequests: number;
  readonly #options: OriginSessionsOptions;
  readonly #empty: () => void;
  readonly #all = new Set<Session>();
  #sweep: NodeJS.Timeout | null = null;

  /** @param empty called when the last connection was closed */
  constructor(options: OriginSessionsOptions, empty: () => void) {
    this.turns = options.turns;
    this.holdsBack = options.holdsBack;
    this.endsFloods = options.endsFloods;
    this.maxRequests = options.keepAlive.requests;
    this.#options = options;
    this.#empty = empty;
  }

  start(request: Outbound, listener: ExchangeListener, fresh: boolean): Carrier {
    const peer = this.#options.peers.next(performance.now());
    const session = (fresh ? null : this.#free(peer)) ?? this.#open(peer);
    return session.start(request, listener, !fresh);
  }

  /** Keeps as many idle connections as the operator wants. */
  becameIdle(): void {
    const idle = [...this.#all].filter(({ isOpen, streams }) => isOpen && streams === 0);
    idle.sort((a, b) => a.idleSince - b.idleSince);
    for (const session of idle.slice(0, Math.max(0, idle.length - this.#options.keepAlive.size)))
      session.destroy(CLOSED);
  }

  closed(session: Session): void {
    if (!this.#all.delete(session)) return;
    if (session.peer !== null && isListed(session)) session.peer.idle.remove(session);
    if (this.#all.size > 0) return;
    if (this.#sweep !== null) clearInterval(this.#sweep);
    this.#sweep = null;
    this.#empty();
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
