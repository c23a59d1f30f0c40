import type { ServerRuntime } from '../server.ts';
import { http1Forward, http1SendCopy } from './client/call.ts';
import { createPool } from './client/pool.ts';
import { ownError } from './own-error.ts';
import { RelayedAnswer } from './relayed-answer.ts';
import { listen } from './server/listen.ts';
import { receive } from './server/receive.ts';

/**
 * A runtime with `node:net`: HTTP/1.1 of our own in front and behind, the same bytes everywhere.
 *
 * @param descriptors how many files and sockets the process may have open, where that can be known
 */
export function http1Runtime(
  name: ServerRuntime['name'],
  descriptors: () => number = () => Infinity,
): ServerRuntime {
  const primaries = createPool();
  const mirrors = createPool();
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
    listen: (options) => listen(options, Math.ceil(descriptors() / 3)),
    close() {
      primaries.destroy();
      mirrors.destroy();
    },
  };
}
