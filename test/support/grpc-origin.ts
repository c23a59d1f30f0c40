import { once } from 'node:events';
import {
  createSecureServer,
  createServer,
  type IncomingHttpHeaders,
  type SecureServerOptions,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';

/** A call as a server of gRPC saw it. */
export interface SeenCall {
  readonly headers: IncomingHttpHeaders;
  /** As on the wire: name, value, name, value. */
  readonly rawHeaders: readonly string[];
  /** What has arrived so far. */
  readonly body: Buffer;
  /** True once all of it has arrived; false if it broke off. */
  isWhole: boolean;
  /** The error code with which the stream was ended; `null` while it goes on. */
  ended: number | null;
  /** Number of its connection, from 1. */
  readonly connection: number;
}

/** Serves a call. Default: sends back what arrives, with trailers. */
export type Serve = (stream: ServerHttp2Stream, seen: SeenCall) => void;

/** A server over HTTP/2 on a loopback port that remembers its calls. */
export interface GrpcOrigin {
  /** `grpc://127.0.0.1:port`, as a mirror. */
  readonly url: string;
  readonly port: number;
  /** `127.0.0.1:port`, as an upstream's node. */
  readonly node: string;
  /** In the order of arrival. */
  readonly seen: SeenCall[];
  /** Open connections. */
  readonly sessions: ReadonlySet<ServerHttp2Session>;
  serve: Serve;
  close(): Promise<void>;
}

export const echo: Serve = (stream) => {
  stream.respond(
    { 'content-type': 'application/grpc', 'x-head': ['a', 'b'] },
    { waitForTrailers: true },
  );
  stream.once('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0', 'x-tail': 'c' }));
  stream.pipe(stream);
};

/**
 * @param options `cert` and `key` for TLS; `settings` of HTTP/2
 * @param at where it listens. Default: any free port of 127.0.0.1
 */
export async function grpcOrigin(
  serve: Serve = echo,
  options: SecureServerOptions = {},
  at: { readonly host: string; readonly port: number } = { host: '127.0.0.1', port: 0 },
): Promise<GrpcOrigin> {
  const isSecure = options.cert !== undefined;
  const server = isSecure ? createSecureServer(options) : createServer(options);
  const seen: SeenCall[] = [];
  const sessions = new Set<ServerHttp2Session>();
  const numbers = new WeakMap<ServerHttp2Session, number>();
  let connections = 0;
  server.on('session', (session) => {
    sessions.add(session);
    numbers.set(session, ++connections);
    session.on('error', () => {});
    session.once('close', () => sessions.delete(session));
  });
  server.on('stream', (stream: ServerHttp2Stream, headers, _flags, ...more: unknown[]) => {
    const parts: Buffer[] = [];
    const call: SeenCall = {
      get body() {
        return Buffer.concat(parts);
      },
      headers,
      rawHeaders: (more[0] ?? []) as string[],
      isWhole: false,
      ended: null,
      connection: numbers.get(stream.session as ServerHttp2Session)!,
    };
    seen.push(call);
    stream.on('data', (part: Buffer) => parts.push(part));
    stream.on('end', () => (call.isWhole = !stream.aborted && stream.rstCode === 0));
    stream.on('error', () => {});
    stream.once('close', () => (call.ended = stream.rstCode));
    origin.serve(stream, call);
  });
  server.listen(at.port, at.host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const origin: GrpcOrigin = {
    url: `${isSecure ? 'grpcs' : 'grpc'}://${at.host}:${port}`,
    port,
    node: `${at.host}:${port}`,
    seen,
    sessions,
    serve,
    async close() {
      for (const session of sessions) session.destroy();
      server.close();
      await once(server, 'close');
    },
  };
  return origin;
}
