import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Listening, ListenOptions, ServerRuntime } from '../server.ts';
import { http1Forward, http1SendCopy } from '../http1/client/call.ts';
import { createPool } from '../http1/client/pool.ts';
import { NodeAnswer } from './answer.ts';
import { nodeListener } from './listener.ts';
import { receiveNode } from './receive.ts';

/** The gateway's view of Node: `node:http` in front, connections of our own behind. */
export function nodeRuntime(): ServerRuntime {
  const primaries = createPool();
  const mirrors = createPool();
  return {
    name: 'node',
    receive: receiveNode,
    peer: (request) => receiveNode(request).peer,
    forward: http1Forward(
      primaries,
      (head, body) => new NodeAnswer(head, body) as unknown as Response,
    ),
    sendCopy: http1SendCopy(mirrors),
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
  // Node does not count a connection that was never used among the idle ones.
  const unused = new Set<Socket>();
  server.on('connection', (socket) => {
    unused.add(socket);
    socket.once('close', () => unused.delete(socket));
  });
  server.on('request', ({ socket }) => unused.delete(socket));
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
      for (const socket of unused) socket.destroy();
      // A connection that was answering when we stopped goes idle afterwards.
      const sweep = setInterval(() => server.closeIdleConnections(), 50);
      return closed.finally(() => clearInterval(sweep));
    },
    kill: () => server.closeAllConnections(),
  };
}
