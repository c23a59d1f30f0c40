import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Listening, ListenOptions, ServerRuntime } from '../server.ts';
import { nodeSendCopy } from './copy.ts';
import { nodeForward } from './forward.ts';
import { nodeListener } from './listener.ts';
import { createPools } from './pools.ts';
import { receiveNode } from './receive.ts';

/** The gateway's view of Node: `node:http` in front, undici behind. */
export function nodeRuntime(): ServerRuntime {
  const primaries = createPools();
  const mirrors = createPools();
  return {
    name: 'node',
    receive: receiveNode,
    peer: (request) => receiveNode(request).peer,
    forward: nodeForward(primaries),
    sendCopy: nodeSendCopy(mirrors),
    listen,
    close() {
      primaries.destroy();
      mirrors.destroy();
    },
  };
}

export const runtime: () => ServerRuntime = nodeRuntime;

async function listen({ app, hostname, port }: ListenOptions): Promise<Listening> {
  let stopping = false;
  const server = createServer(
    {
      // A deadline for the whole request would cut long uploads; the head has its own below.
      requestTimeout: 0,
      headersTimeout: 60_000,
      keepAliveTimeout: 75_000,
      noDelay: true,
    },
    nodeListener(app, () => stopping),
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host: hostname }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address() as AddressInfo;
  return {
    hostname: address.address,
    port: address.port,
    stop() {
      stopping = true;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      // A connection that was answering when we stopped goes idle afterwards.
      const sweep = setInterval(() => server.closeIdleConnections(), 50);
      return closed.finally(() => clearInterval(sweep));
    },
    kill: () => server.closeAllConnections(),
  };
}
