import { processOutput, type WriteOutput } from '../output.ts';
import type { ServerRuntime } from '../server.ts';
import { http1Forward, http1SendCopy } from './client/call.ts';
import { createPool, type PoolOptions } from './client/pool.ts';
import { ownError } from './own-error.ts';
import { RelayedAnswer } from './relayed-answer.ts';
import { CONNECTIONS } from './server/limits.ts';
import { listen } from './server/listen.ts';
import { receive } from './server/receive.ts';

/** What differs from one runtime with `node:net` to another. */
export interface Http1Options {
  readonly name: ServerRuntime['name'];
  readonly ownBuffers?: PoolOptions['ownBuffers'];
  /** How many files and sockets the process may have open. Default: not known. */
  readonly descriptors?: () => number;
  /** How it writes to its output. Default: by `process`. */
  readonly write?: WriteOutput;
}

/** A runtime with `node:net`: HTTP/1.1 of our own in front and behind, the same bytes everywhere. */
export function http1Runtime(options: Http1Options): ServerRuntime {
  const {
    name,
    ownBuffers = false,
    descriptors = () => Infinity,
    write = processOutput(),
  } = options;
  // A third for clients, and as many each for upstreams and mirrors.
  const share = Math.min(CONNECTIONS, Math.ceil(descriptors() / 3));
  const pooling = { ownBuffers, most: share };
  const primaries = createPool(pooling);
  const mirrors = createPool(pooling);
  return {
    name,
    mostCopies: share,
    write,
    receive,
    peer: (request) => receive(request).peer,
    gatewayError: ownError,
    forward: http1Forward(
      primaries,
      (head, body) => new RelayedAnswer(head, body) as unknown as Response,
    ),
    sendCopy: http1SendCopy(mirrors),
    listen: (listening) => listen(listening, share),
    close() {
      primaries.destroy();
      mirrors.destroy();
    },
  };
}
