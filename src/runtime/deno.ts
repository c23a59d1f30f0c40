import { gatewayError } from '../exchange/gateway-error.ts';
import { type Connection, hasValidHost, receiveWeb } from './fetch/receive.ts';
import { http1Forward, http1SendCopy } from './http1/client/call.ts';
import { createPool } from './http1/client/pool.ts';
import { webAnswer } from './http1/client/web-answer.ts';
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

/** The gateway's view of Deno: `Deno.serve` in front, connections of our own behind. */
export function denoRuntime(): ServerRuntime {
  const primaries = createPool();
  const mirrors = createPool();
  return {
    name: 'deno',
    receive: (request, env) => receiveWeb(request, connectionOf(env)),
    peer: (_, env) => connectionOf(env).peer,
    forward: http1Forward(primaries, webAnswer),
    sendCopy: http1SendCopy(mirrors),
    listen,
    close() {
      primaries.destroy();
      mirrors.destroy();
    },
  };
}

export { denoRuntime as runtime };

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

/** How often a stopping server looks whether requests are under way. */
const LOOK_MILLISECONDS = 100;

function listen({ app, hostname, port }: ListenOptions): Promise<Listening> {
  const context = { waitUntil: app.waitUntil, passThroughOnException() {}, props: {} };
  let underWay = 0;
  const over = () => void underWay--;

  /** Resolves when nothing has been under way for two looks. */
  async function quiet(): Promise<void> {
    for (let looks = 0; looks < 2; looks = underWay === 0 ? looks + 1 : 0) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MILLISECONDS));
    }
  }
  return new Promise((resolve) => {
    const server = Deno.serve(
      {
        port,
        hostname,
        onListen: (address) => {
          resolve({
            hostname: address.hostname,
            port: address.port,
            // A connection that came in just as the server stopped keeps `shutdown` waiting for ever.
            stop: () => Promise.race([server.shutdown(), quiet()]),
            // The process ends right after, and its connections with it.
            kill() {},
          });
        },
        onError: () => new Response('{"error_msg":"500 Internal Server Error"}\n', { status: 500 }),
      },
      (request, info) => {
        if (!hasValidHost(request)) return gatewayError(400);
        underWay++;
        info.completed.then(over, over);
        return app.fetch(request, new DenoConnection(request, info, server.addr.port), context);
      },
    );
  });
}
