import { gatewayError } from '../exchange/gateway-error.ts';
import { type Connection, hasValidHost, receiveWeb } from './fetch/receive.ts';
import { http1Forward, http1SendCopy } from './http1/client/call.ts';
import { createPool } from './http1/client/pool.ts';
import { webAnswer } from './http1/client/web-answer.ts';
import type { Listening, ListenOptions, ServerRuntime } from './server.ts';

/** What we use of Bun. Its own types would clash with Node's in one program. */
declare const Bun: {
  serve(options: {
    port: number;
    hostname: string;
    idleTimeout: number;
    maxRequestBodySize: number;
    fetch(request: Request, server: BunServer): Response | Promise<Response>;
  }): BunServer;
};

interface BunServer {
  readonly port: number;
  readonly hostname: string;
  requestIP(request: Request): { address: string } | null;
  stop(closeActiveConnections?: boolean): Promise<void>;
}

/** The gateway's view of Bun: `Bun.serve` in front, connections of our own behind. */
export function bunRuntime(): ServerRuntime {
  const primaries = createPool();
  const mirrors = createPool();
  return {
    name: 'bun',
    receive: (request, env) => receiveWeb(request, connectionOf(request, env)),
    peer: (request, env) => connectionOf(request, env).peer,
    forward: http1Forward(primaries, webAnswer),
    sendCopy: http1SendCopy(mirrors),
    listen,
    close() {
      primaries.destroy();
      mirrors.destroy();
    },
  };
}

export { bunRuntime as runtime };

/** `env` is the server when the request came through our listener. */
function connectionOf(request: Request, env: unknown): Connection {
  if (typeof env !== 'object' || env === null || !('requestIP' in env)) return NO_CONNECTION;
  const server = env as BunServer;
  return { peer: server.requestIP(request)?.address ?? '', serverPort: server.port };
}

const NO_CONNECTION: Connection = { peer: '', serverPort: 0 };

async function listen({ app, hostname, port }: ListenOptions): Promise<Listening> {
  const context = { waitUntil: app.waitUntil, passThroughOnException() {}, props: {} };
  const server = Bun.serve({
    port,
    hostname,
    // Deadlines are the exchange's business: a slow upstream must not be cut by the listener.
    idleTimeout: 0,
    maxRequestBodySize: Number.MAX_SAFE_INTEGER,
    fetch: (request, self) =>
      hasValidHost(request) ? app.fetch(request, self, context) : gatewayError(400),
  });
  return {
    hostname: server.hostname,
    port: server.port,
    stop: () => server.stop(),
    kill: () => void server.stop(true),
  };
}
