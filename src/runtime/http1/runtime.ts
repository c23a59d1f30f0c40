import type { ServerRuntime } from '../server.ts';
import { http1Forward, http1SendCopy } from './client/call.ts';
import { createPool } from './client/pool.ts';
import { RelayedAnswer } from './relayed-answer.ts';
import { listen } from './server/listen.ts';
import { receive } from './server/receive.ts';

/** A runtime with `node:net`: HTTP/1.1 of our own in front and behind, the same bytes everywhere. */
export function http1Runtime(name: ServerRuntime['name']): ServerRuntime {
  const primaries = createPool();
  const mirrors = createPool();
  return {
    name,
    receive,
    peer: (request) => receive(request).peer,
    forward: http1Forward(
      primaries,
      (head, body) => new RelayedAnswer(head, body) as unknown as Response,
    ),
    sendCopy: http1SendCopy(mirrors),
    listen,
    close() {
      primaries.destroy();
      mirrors.destroy();
    },
  };
}
