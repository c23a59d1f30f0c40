import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { Certified } from './certificate.ts';

/** A request as a server behind the gateway saw it. */
export interface Seen {
  readonly method: string;
  readonly url: string;
  /** As on the wire: name, value, name, value. */
  readonly rawHeaders: readonly string[];
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** A real server on a loopback port that remembers its requests: an upstream or a mirror. */
export interface Origin {
  readonly url: string;
  readonly port: number;
  /** `127.0.0.1:port`, as an upstream's node. */
  readonly node: string;
  readonly server: Server;
  /** Requests whose body arrived completely, in the order of completion. */
  readonly seen: Seen[];
  close(): Promise<void>;
}

/** Writes an origin's response. Called once the body has arrived. */
export type Respond = (request: Seen, response: ServerResponse) => void;

/** Default: 200, with a line of method and target. */
const plain: Respond = ({ method, url }, response) => {
  response.setHeader('content-type', 'text/plain');
  response.end(`${method} ${url}\n`);
};

/**
 * @param port default: any free port
 * @param tls default: none
 */
export async function origin(
  respond: Respond = plain,
  port = 0,
  tls: Certified | null = null,
): Promise<Origin> {
  const seen: Seen[] = [];
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method, url, rawHeaders, headers } = request;
      const complete: Seen = {
        method: method!,
        url: url!,
        rawHeaders,
        headers,
        body: Buffer.concat(chunks),
      };
      seen.push(complete);
      respond(complete, response);
    });
  };
  // The origin must accept every head that the gateway forwards.
  const options = { maxHeaderSize: 64 * 1024 };
  const server =
    tls === null
      ? createServer(options, listener)
      : createSecureServer({ ...options, ...tls }, listener);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const bound = (server.address() as { port: number }).port;
  return {
    url: `${tls === null ? 'http' : 'https'}://127.0.0.1:${bound}`,
    port: bound,
    node: `127.0.0.1:${bound}`,
    server,
    seen,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** A route from the gateway to an upstream, mirrored when a mirror is given. */
export function route(
  upstream: { readonly node: string },
  mirror?: { readonly url: string } | null,
  more: { uri?: string; plugin?: object; upstream?: object; route?: object } = {},
): object {
  return {
    uri: more.uri ?? '/*',
    upstream: { type: 'roundrobin', nodes: { [upstream.node]: 1 }, ...more.upstream },
    ...(mirror != null && { plugins: { 'proxy-mirror': { host: mirror.url, ...more.plugin } } }),
    ...more.route,
  };
}
