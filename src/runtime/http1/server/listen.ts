import { type AddressInfo, createServer, type Server } from 'node:net';
import { directOf } from '../../direct.ts';
import type { Listening, ListenOptions } from '../../server.ts';
import type { Owner } from './connection.ts';
import { Connections } from './connections.ts';
import { CLIENT_TIME, CONNECTIONS } from './limits.ts';
import { receiveDirectly } from './receive.ts';

/**
 * Serves an app by HTTP/1.1. Rejects when the address cannot be listened on.
 *
 * @param most connections that make sense here, where the options do not say how many
 */
export async function listen(options: ListenOptions, most: number = Infinity): Promise<Listening> {
  const { app, hostname, port, clientTimeout, onCrowded = () => {} } = options;
  const { maxConnections = Math.min(CONNECTIONS, most) } = options;
  const context = { waitUntil: app.waitUntil, passThroughOnException() {}, props: {} };
  const direct = directOf(app.fetch);
  const connections = new Connections(maxConnections, () => onCrowded(maxConnections));
  let stopping = false;
  const owner: Owner = {
    get stopping() {
      return stopping;
    },
    patience: clientTimeout === undefined ? CLIENT_TIME : clientTimeout * 1000,
    respond: (request) =>
      direct?.(receiveDirectly(request), app.waitUntil) ??
      app.fetch(request.toRequest(), request.env(), context),
    closed: (connection) => connections.closed(connection),
  };
  const server = createServer({ noDelay: true }, (socket) => {
    // Accepted just before we stopped, and never used.
    if (stopping) socket.destroy();
    else connections.accept(socket, owner);
  });
  await opened(server, hostname, port);
  // Where a connection cannot be accepted for want of descriptors, the next may be.
  server.on('error', () => onCrowded(maxConnections));
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
