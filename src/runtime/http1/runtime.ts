import type { ServerRuntime } from '../server.ts';
import { http1Forward, http1SendCopy } from './client/call.ts';
import { createPool, type PoolOptions } from './client/pool.ts';
import { ownError } from './own-error.ts';
import { RelayedAnswer } from './relayed-answer.ts';
import { listen } from './server/listen.ts';
import { receive } from './server/receive.ts';

/** What differs from one runtime with `node:net` to another. */
export interface Http1Options extends PoolOptions {
  readonly name: ServerRuntime['name'];
  /** How many files and sockets the process may have open. Default: not known. */
  readonly descriptors?: () => number;
}

/** A runtime with `node:net`: HTTP/1.1 of our own in front and behind, the same bytes everywhere. */
export function http1Runtime(options: Http1Options): ServerRuntime {
  const { name, descriptors = () => Infinity } = options;
  const primaries = createPool(options);
  const mirrors = createPool(options);
  return {
    name,
    receive,
    peer: (request) => receive(request).peer,
    gatewayError: ownError,
    forward: http1Forward(
      primaries,
      (head, body) => new RelayedAnswer(head, body) as unknown as Response,
    ),
    sendCopy: http1SendCopy(mirrors),
    // A third for clients, and as many each for upstreams and mirrors.
    listen: (listening) => listen(listening, Math.ceil(descriptors() / 3)),
    close() {
      primaries.destroy();
      mirrors.destroy();
    },
  };
}
