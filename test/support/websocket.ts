import type { IncomingMessage } from 'node:http';
import { type ClientOptions, type ServerOptions, WebSocket, WebSocketServer } from 'ws';
import { origin } from './origin.ts';
import { until } from './until.ts';

/** One end of a WebSocket, with all messages it got. */
export interface Peer {
  readonly socket: WebSocket;
  /** The handshake, as the server saw it; `null` at the client. */
  readonly request: IncomingMessage | null;
  /** The 101, as the client saw it; `null` at the server. */
  readonly response: IncomingMessage | null;
  /** Text as strings, binary messages as bytes. */
  readonly messages: (string | Buffer)[];
  readonly pongs: string[];
  /** Code and reason, once it is closed. 1006: no close frame arrived (RFC 6455 section 7.4.1). */
  readonly closed: { readonly code: number; readonly reason: string } | null;
}

/** An upstream that accepts WebSockets. */
export interface WebSocketOrigin {
  readonly node: string;
  readonly url: string;
  /** In the order of their opening. */
  readonly peers: Peer[];
  readonly sockets: WebSocketServer;
  /** Number of open TCP connections. */
  connections(): Promise<number>;
  close(): Promise<void>;
}

/** @param onOpen called with each new WebSocket. Default: echoes its messages */
export async function webSocketOrigin(
  onOpen: (peer: Peer) => void = echo,
  options: ServerOptions = {},
): Promise<WebSocketOrigin> {
  const { server, node, url, close } = await origin();
  const peers: WebSocketOrigin['peers'] = [];
  const sockets = new WebSocketServer({ ...options, server });
  sockets.on('connection', (socket, request) => {
    const peer = watch(socket, request);
    peers.push(peer);
    onOpen(peer);
  });
  return {
    node,
    url,
    peers,
    sockets,
    connections: () =>
      new Promise((resolve, reject) => {
        server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
      }),
    close() {
      for (const { socket } of peers) socket.terminate();
      return close();
    },
  };
}

function echo({ socket }: Peer): void {
  socket.on('message', (data: Buffer, isBinary) => socket.send(data, { binary: isBinary }));
}

/** Opens a WebSocket. Rejects when the response is not 101. */
export async function openWebSocket(
  url: string,
  target: string,
  { protocols = [], ...options }: ClientOptions & { protocols?: string[] } = {},
): Promise<Peer> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}${target}`, protocols, options);
  const peer = watch(socket);
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  return peer;
}

/** Resolves once both ends have seen the close. */
export async function bothClosed(one: Peer, other: Peer): Promise<void> {
  await until(() => one.closed !== null && other.closed !== null, 10_000, 'the end of both');
}

function watch(socket: WebSocket, request: IncomingMessage | null = null): Peer {
  const messages: (string | Buffer)[] = [];
  const pongs: string[] = [];
  let response: IncomingMessage | null = null;
  let closed: Peer['closed'] = null;
  socket.once('upgrade', (message) => (response = message));
  socket.on('message', (data: Buffer, isBinary) =>
    messages.push(isBinary ? data : data.toString()),
  );
  socket.on('pong', (data) => pongs.push(data.toString()));
  socket.on('close', (code, reason) => (closed = { code, reason: reason.toString() }));
  socket.on('error', () => {});
  return {
    socket,
    request,
    messages,
    pongs,
    get response() {
      return response;
    },
    get closed() {
      return closed;
    },
  };
}
