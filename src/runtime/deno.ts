import { gatewayError } from '../exchange/gateway-error.ts';
import { fetchSendCopy } from './fetch/copy.ts';
import { type Dialect, kindByText } from './fetch/dialect.ts';
import { fetchForward } from './fetch/forward.ts';
import { type Connection, hasValidHost, receiveWeb } from './fetch/receive.ts';
import type { Listening, ListenOptions, ServerRuntime } from './server.ts';

/** What we use of Deno. Its own types would clash with Node's in one program. */
declare const Deno: {
  serve(
    options: {
      port: number;
      hostname: string;
      onListen(address: NetAddress): void;
      onError(error: unknown): Response;
    },
    handler: (request: Request, info: DenoInfo) => Response | Promise<Response>,
  ): DenoServer;
  createHttpClient(options: Record<string, unknown>): { close(): void };
};

interface NetAddress {
  readonly hostname: string;
  readonly port: number;
}

interface DenoInfo {
  readonly remoteAddr: NetAddress;
  /** Rejects when the client leaves before it has the whole answer. */
  readonly completed: Promise<void>;
}

interface DenoServer {
  readonly addr: NetAddress;
  shutdown(): Promise<void>;
}

const FAILURES = kindByText([
  [/dns error|failed to lookup address/i, 'dns'],
  [/connection refused|ECONNREFUSED|No route to host|unreachable/i, 'connect'],
  [/certificate|tls|UnknownIssuer|InvalidCertificate|corrupt message/i, 'tls'],
  [/timed out/i, 'timeout'],
  [/invalid HTTP|parse error|message head is too large/i, 'protocol'],
  [/error trying to connect|client error \(Connect\)/i, 'connect'],
]);

/** The gateway's view of Deno: `Deno.serve` in front, its fetch with clients of our own behind. */
export function denoRuntime(): ServerRuntime {
  const primaries = createClient();
  const mirrors = createClient();
  return {
    name: 'deno',
    receive: (request, env) => receiveWeb(request, connectionOf(env)),
    peer: (_, env) => connectionOf(env).peer,
    forward: fetchForward(dialectOf(primaries)),
    sendCopy: fetchSendCopy(dialectOf(mirrors)),
    listen,
    close() {
      primaries.close();
      mirrors.close();
    },
  };
}

export { denoRuntime as runtime };

/** A connection pool; `allowHost` lets a request say which Host it is for. */
function createClient(): { close(): void } {
  return Deno.createHttpClient({ allowHost: true, http2: false });
}

function dialectOf(client: unknown): Dialect {
  return {
    init: { client },
    // Deno decodes these two whether or not it asked for them, and leaves the fields as they were.
    decodes: new Set(['gzip', 'br']),
    kindOf: FAILURES,
  };
}

/** `env` is ours when the request came through our listener. */
function connectionOf(env: unknown): Connection {
  return env instanceof DenoConnection ? env : NO_CONNECTION;
}

class DenoConnection implements Connection {
  readonly serverPort: number;
  readonly #request: Request;
  readonly #info: DenoInfo;

  constructor(request: Request, info: DenoInfo, serverPort: number) {
    this.#request = request;
    this.#info = info;
    this.serverPort = serverPort;
  }

  get peer(): string {
    return this.#info.remoteAddr.hostname;
  }

  /**
   * `completed` says nothing before there is an answer, and the signal, unless Deno was started with
   * `no-legacy-abort` (deno.json has it), aborts after every good answer as well; by then there is
   * nothing left to end.
   */
  onGone(callback: () => void): void {
    this.#request.signal.addEventListener('abort', callback, { once: true });
    this.#info.completed.catch(callback);
  }
}

const NO_CONNECTION: Connection = { peer: '', serverPort: 0 };

function listen({ app, hostname, port }: ListenOptions): Promise<Listening> {
  const context = { waitUntil: app.waitUntil, passThroughOnException() {}, props: {} };
  return new Promise((resolve) => {
    const server = Deno.serve(
      {
        port,
        hostname,
        onListen: (address) => {
          resolve({
            hostname: address.hostname,
            port: address.port,
            stop: () => server.shutdown(),
            // The process ends right after, and its connections with it.
            kill() {},
          });
        },
        onError: () => new Response('{"error_msg":"500 Internal Server Error"}\n', { status: 500 }),
      },
      (request, info) =>
        hasValidHost(request)
          ? app.fetch(request, new DenoConnection(request, info, server.addr.port), context)
          : gatewayError(400),
    );
  });
}
