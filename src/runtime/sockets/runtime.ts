import { ClientTls } from './client-tls.ts';
import { isFromThisMachine } from './this-machine.ts';
import { processOutput, type WriteOutput } from '../output.ts';
import type { ServerRuntime } from '../server.ts';
import { http1Forward, http1SendCopy } from '../../http1/client/call.ts';
import { Turns } from '../../http1/turns.ts';
import { createLookup, type NameOptions } from '../../http1/client/names/lookup.ts';
import { Names } from '../../http1/client/names/names.ts';
import { createPool, type Pool, type PoolOptions } from '../../http1/client/pool.ts';
import { createHttp2Pool } from '../../http2/client/pool.ts';
import { ownError } from '../../http1/own-error.ts';
import { shareOut } from '../../http1/descriptors.ts';
import { MAX_CONNECTIONS } from '../../http1/server/limits.ts';
import { receive } from '../received.ts';
import { serveApp } from './serve.ts';
import { GatedSocket } from './gated-socket.ts';
import { startThread } from './thread.ts';
import { createFence, type Poll } from '../../http1/fence.ts';

/** Options of a runtime for programs that use the library. */
export interface RuntimeOptions {
  /** How host names of upstreams and mirrors are resolved. Default: as the system is configured. */
  readonly names?: NameOptions;
}

/** Differences between the runtimes with `node:net`. */
export interface Http1Options extends RuntimeOptions {
  readonly name: ServerRuntime['name'];
  readonly ownBuffers?: PoolOptions['ownBuffers'];
  readonly gathers?: PoolOptions['gathers'];
  readonly shortage?: PoolOptions['shortage'];
  /** Makes the runtime read all ready sockets. Default: one turn of the event loop. */
  readonly poll?: Poll;
  /** Returns how many file descriptors the process may open. Default: no limit known. */
  readonly descriptors?: () => number;
  /** Connections that it accepts in one turn of the event loop before it can close any. Default: 0, closes at once. */
  readonly accepted?: number;
  /** True if its listener may stop accepting for good. Default: false. */
  readonly goesDeaf?: boolean;
  /** True if `node:http2` holds back what is written to a stream while another waits. Default: false. */
  readonly holdsBack?: boolean;
  /** True if a `TLSSocket` reads on while it is paused. Default: false. */
  readonly readsOn?: boolean;
  /** Writes to the outputs of the process. Default: by `process`. */
  readonly write?: WriteOutput;
}

/**
 * Share of the event loop's time for connecting to mirrors and reading their responses: enough for about 350 MiB per
 * second.
 */
const MIRRORS_SHARE = 0.25;

/** Requests to `grpc://` and `grpcs://` go over HTTP/2, all others over HTTP/1.1. */
function byProtocol(http1: Pool, http2: Pool): Pool {
  return {
    start(request, listener, fresh) {
      const pool = request.destination.origin.startsWith('grpc') ? http2 : http1;
      return pool.start(request, listener, fresh);
    },
    destroy() {
      http1.destroy();
      http2.destroy();
    },
  };
}

/** A runtime with `node:net`: our own HTTP/1.1, and HTTP/2 of `node:http2`, to clients and upstreams, with the same bytes on every runtime. */
export function http1Runtime(options: Http1Options): ServerRuntime {
  const {
    name,
    ownBuffers = false,
    gathers = true,
    shortage = () => null,
    descriptors = () => Infinity,
    accepted = 0,
    goesDeaf = false,
    holdsBack = false,
    readsOn = false,
    names,
    poll,
    write = processOutput(),
  } = options;
  const shares = shareOut(descriptors(), accepted);
  const most = Math.min(MAX_CONNECTIONS, shares.each);
  const fence = createFence(poll);
  const turns = new Turns(fence);
  const clientTls = new ClientTls();
  // Each pool has its own resolver, so that the primary never waits for the look-ups of mirrors.
  const pool = (more: PoolOptions = {}) => {
    const shared = {
      shortage,
      most,
      holdsBack,
      secureOptions: clientTls.options,
      beginTls: readsOn ? GatedSocket.connect : undefined,
      names: new Names(createLookup(names)),
      ...more,
    };
    return byProtocol(
      createPool({ ownBuffers, gathers, fence, ...shared }),
      createHttp2Pool({ ...shared, endsFloods: more.loopShare !== undefined }),
    );
  };
  const primaries = pool({ turns });
  const mirrors = pool({ loopShare: MIRRORS_SHARE });
  return {
    name,
    mostCopies: most,
    write,
    receive,
    isLocal: (request, env) => isFromThisMachine(receive(request, env), request.headers),
    gatewayError: ownError,
    faultOf: clientTls.faultOf,
    forward: http1Forward(primaries),
    sendCopy: http1SendCopy(mirrors),
    startThread,
    listen: (listening) => serveApp(listening, { shares, turns, goesDeaf, readsOn, holdsBack }),
    close() {
      primaries.destroy();
      mirrors.destroy();
    },
  };
}
