import { processOutput, type WriteOutput } from '../output.ts';
import type { ServerRuntime } from '../server.ts';
import { http1Forward, http1SendCopy } from '../../http1/client/call.ts';
import { createFence, type Poll, Turns } from '../../http1/turns.ts';
import { createLookup, type NameOptions } from '../../http1/client/names/lookup.ts';
import { Names } from '../../http1/client/names/names.ts';
import { createPool, type PoolOptions } from '../../http1/client/pool.ts';
import { ownError } from '../../http1/own-error.ts';
import { shareOut } from '../../http1/descriptors.ts';
import { MOST_CONNECTIONS } from '../../http1/server/limits.ts';
import { receive } from '../received.ts';
import { serveApp } from './serve.ts';

/** What a program may say of the runtime that it makes. */
export interface RuntimeOptions {
  /** Where names of upstreams and mirrors are looked up. Default: as the system says. */
  readonly names?: NameOptions;
}

/** What differs from one runtime with `node:net` to another. */
export interface Http1Options extends RuntimeOptions {
  readonly name: ServerRuntime['name'];
  readonly ownBuffers?: PoolOptions['ownBuffers'];
  readonly gathers?: PoolOptions['gathers'];
  readonly shortage?: PoolOptions['shortage'];
  /** How it has all sockets looked at. Default: by a turn of its event loop. */
  readonly poll?: Poll;
  /** How many files and sockets the process may have open. Default: not known. */
  readonly descriptors?: () => number;
  /** Connections that it accepts at once, before it closes any. Default: it closes them at once. */
  readonly accepted?: number;
  /** Its listener may stop accepting for good. Default: it does not. */
  readonly goesDeaf?: boolean;
  /** How it writes to its output. Default: by `process`. */
  readonly write?: WriteOutput;
}

/**
 * Of the event loop's time, for connecting to mirrors and for what they answer: enough for some 350 MiB a
 * second.
 */
const MIRRORS_SHARE = 0.25;

/** A runtime with `node:net`: HTTP/1.1 of our own in front and behind, the same bytes everywhere. */
export function http1Runtime(options: Http1Options): ServerRuntime {
  const {
    name,
    ownBuffers = false,
    gathers = true,
    shortage = () => null,
    descriptors = () => Infinity,
    accepted = 0,
    goesDeaf = false,
    names,
    poll,
    write = processOutput(),
  } = options;
  const shares = shareOut(descriptors(), accepted);
  const most = Math.min(MOST_CONNECTIONS, shares.each);
  const fence = createFence(poll);
  const turns = new Turns(fence);
  // Nor does one wait for what the other looks up: each asks by itself.
  const pool = (more: PoolOptions = {}) =>
    createPool({
      ownBuffers,
      gathers,
      shortage,
      most,
      fence,
      names: new Names(createLookup(names)),
      ...more,
    });
  const primaries = pool({ turns });
  const mirrors = pool({ share: MIRRORS_SHARE });
  return {
    name,
    mostCopies: most,
    write,
    receive,
    peer: (request, env) => receive(request, env).peer,
    gatewayError: ownError,
    forward: http1Forward(primaries),
    sendCopy: http1SendCopy(mirrors),
    listen: (listening) => serveApp(listening, { shares, turns, goesDeaf }),
    close() {
      primaries.destroy();
      mirrors.destroy();
    },
  };
}
