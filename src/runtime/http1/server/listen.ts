import { type AddressInfo, createServer, type Server } from 'node:net';
import type { Listening, ListenOptions } from '../../server.ts';
import { Connection, type Owner } from './connection.ts';

/** Serves an app by HTTP/1.1. Rejects when the address cannot be listened on. */
export async function listen({ app, hostname, port }: ListenOptions): Promise<Listening> {
  const context = { waitUntil: app.waitUntil, passThroughOnException() {}, props: {} };
  const connections = new Set<Connection>();
  let stopping = false;
  const owner: Owner = {
    get stopping() {
      return stopping;
    },
    respond: async (request) => app.fetch(request as unknown as Request, {}, context),
    closed: (connection) => connections.delete(connection),
  };
  const server = createServer({ noDelay: true }, (socket) => {
    // Accepted just before we stopped, and never used.
    if (stopping) socket.destroy();
    else connections.add(new Connection(socket, owner));
  });
  await opened(server, hostname, port);
  const address = server.address() as AddressInfo;
  return {
    hostname: address.address,
    port: address.port,
    stop() {
      stopping = true;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      // Not before what has arrived was read: there may be requests among it.
      setImmediate(() => {
        for (const connection of connections) if (connection.idle) connection.destroy();
      });
      return closed;
    },
    kill() {
      for (const connection of connections) connection.destroy();
    },
  };
}

function opened(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
