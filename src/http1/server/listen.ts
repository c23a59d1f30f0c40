import type { Socket } from 'node:net';
import { compilePeers } from '../../http/cidr.ts';
import type { Reply } from '../../http/messages.ts';
import { tokenBucket } from '../../http/token-bucket.ts';
import { shareOut, type Shares } from '../descriptors.ts';
import { Turns } from '../turns.ts';
import type { AcceptedConnection, ConnectionOwner, ServeHttp2 } from './accepted.ts';
import { Connections, type NewConnection } from './connections.ts';
import { ServerConnection } from './connection.ts';
import {
  CLIENT_TIMEOUT_MS,
  HEAD_LIMITS,
  headLimits,
  HTTP2_BEGINS_PER_S,
  MAX_CONNECTIONS,
} from './limits.ts';
import { type OpenPort, openPort } from './port.ts';
import { parseProxyHeader } from './proxy-header.ts';
import { type Link, peerOf, rememberPeer, type ServerRequest } from './request.ts';
import { type Parsed, UnreadyConnection, type UnreadyOptions } from './unready-connection.ts';

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
  /** Finds the name in the first bytes; `null` until there are enough. If it is `null` itself, names do not matter. */
  readonly parseHello: ((bytes: Buffer) => Hello | null) | null;
  /**
   * Begins the handshake, as a server. The socket that is returned may be used at once: what it is given waits.
   *
   * @param serverName the name that the client asks for; `''`: none
   */
  secure(socket: Socket, serverName: string): Socket;
}

/** What a client of TLS begins with. All of it stays to be read. */
interface Hello extends Parsed {
  readonly serverName: string;
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

  const begins = tokenBucket(HTTP2_BEGINS_PER_S);

  /** In a turn of its own: to begin with HTTP/2 costs as much as several requests, and some clients do nothing else. */
  function switchToHttp2(from: AcceptedConnection, socket: Socket, bytes: Buffer): void {
    const begin = (serve: ServeHttp2) =>
      connections.replace(from, () => serve(socket, bytes, owner, from.scheme));
    const priority = begins.take(performance.now()) ? 'normal' : 'low';
    loadHttp2!().then(
      (serve) => turns.wait({ go: () => begin(serve) }, priority),
      () => from.destroy(),
    );
  }

  /** A connection that is served once its first bytes have told how. */
  function after<T extends Parsed>(
    socket: Socket,
    begin: Pick<UnreadyOptions<T>, 'scheme' | 'parse' | 'onRefused'> & { serve: ServeAfter<T> },
  ): NewConnection {
    return new UnreadyConnection(socket, {
      ...begin,
      timeoutMs: owner.clientTimeoutMs,
      onReady: (from, ready, parsed) => connections.begin(from, () => begin.serve(ready, parsed)),
      closed: owner.closed,
    });
  }

  const { tls, proxied = () => false, onNoHeader = () => {} } = options;
  const servePlain = (socket: Socket) => new ServerConnection(socket, owner, 'http');
  function serveSecure(socket: Socket): NewConnection {
    const serve: ServeAfter<Hello> = (ready, { serverName }) =>
      new ServerConnection(secured(tls!, ready, serverName), owner, 'https');
    const { parseHello } = tls!;
    if (parseHello === null) return serve(socket, NO_NAME);
    return after(socket, { scheme: 'https', parse: parseHello, serve });
  }
  function accept(socket: Socket, scheme: Link['scheme'], serve: Serve): void {
    const isProxied = proxied(peerOf(socket));
    connections.accept(
      isProxied
        ? after(socket, {
            scheme,
            parse: parseProxyHeader,
            onRefused: onNoHeader,
            serve: (ready, { client }) => {
              if (client !== null && !isLoopback(client)) rememberPeer(ready, client);
              return serve(ready);
            },
          })
        : serve(socket),
    );
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
  const plain = await open(options.port, 'http', servePlain);
  const secure =
    tls === undefined
      ? null
      : await open(tls.port, 'https', serveSecure).catch(async (error: unknown) => {
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
type Serve = (socket: Socket) => NewConnection;
type ServeAfter<T> = (socket: Socket, parsed: T) => NewConnection;

const NO_NAME: Hello = { bytes: 0, serverName: '' };

/**
 * Such a client of a proxy is on the proxy's machine, so that its address is the proxy's. Believed as it is, it would pass
 * for a client on this machine, which may do more.
 */
const isLoopback = compilePeers(['127.0.0.0/8', '::1']);

/** Who the client is has been read from the socket below. */
function secured(tls: TlsPort, socket: Socket, serverName: string): Socket {
  const above = tls.secure(socket, serverName);
  rememberPeer(above, peerOf(socket));
  return above;
}
