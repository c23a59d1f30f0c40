import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { directOf } from '../../runtime/direct.ts';
import type { Listening, ListenOptions } from '../../runtime/server.ts';
import { type Shares, shareOut } from '../descriptors.ts';
import { Turns } from '../turns.ts';
import { AcceptWatch } from './accept-watch.ts';
import type { Owner } from './connection.ts';
import { Connections } from './connections.ts';
import { CLIENT_TIME, CONNECTIONS } from './limits.ts';
import { handOut, receiveDirectly } from '../../runtime/sockets/receive.ts';

/** What a runtime's listener is like. */
export interface ListenerTraits {
  /** Sockets that there may be, whatever the options say. Default: any number. */
  readonly shares?: Shares;
  /** Where clients wait that send much. Default: turns of their own. */
  readonly turns?: Turns;
  /** It may stop accepting for good (see `AcceptWatch`). Default: it does not. */
  readonly goesDeaf?: boolean;
}

/** Serves an app by HTTP/1.1. Rejects when the address cannot be listened on. */
export async function listen(
  options: ListenOptions,
  traits: ListenerTraits = {},
): Promise<Listening> {
  const { app, hostname, clientTimeout, onCrowded = () => {}, onReopened = () => {} } = options;
  const { shares = shareOut(Infinity, 0), turns = new Turns(), goesDeaf = false } = traits;
  const maxConnections = Math.min(options.maxConnections ?? CONNECTIONS, shares.each);
  const context = { waitUntil: app.waitUntil, passThroughOnException() {}, props: {} };
  const direct = directOf(app.fetch);
  const limits = { each: maxConnections, turnedAway: shares.turnedAway };
  const crowded = () => onCrowded(maxConnections);
  const connections = new Connections(limits, crowded);
  let stopping = false;
  let watch: AcceptWatch | null = null;
  const owner: Owner = {
    turns,
    get stopping() {
      return stopping;
    },
    patience: clientTimeout === undefined ? CLIENT_TIME : clientTimeout * 1000,
    respond: (request) =>
      direct?.(receiveDirectly(request), app.waitUntil) ?? app.fetch(...handOut(request), context),
    closed: (connection) => connections.closed(connection),
  };
  function accept(socket: Socket): void {
    // Accepted just before we stopped, and never used; or a question of our own.
    if (stopping || watch?.accepts(socket)) socket.destroy();
    else connections.accept(socket, owner);
  }
  async function open(port: number): Promise<Server> {
    const opened = await listening(createServer({ noDelay: true }, accept), hostname, port);
    // Where a connection cannot be accepted for want of descriptors, the next may be.
    return opened.on('error', crowded);
  }

  const closing: Promise<void>[] = [];
  let server = await open(options.port);
  const { address, port } = server.address() as AddressInfo;
  async function reopen(): Promise<void> {
    if (server.listening) closing.push(closed(server));
    server = await open(port);
    onReopened();
  }
  if (goesDeaf) watch = new AcceptWatch({ hostname: address, port, reopen });
  return {
    hostname: address,
    port,
    maxConnections,
    async stop() {
      stopping = true;
      watch?.stop();
      closing.push(closed(server));
      // Not before what has arrived was read: there may be requests among it.
      setImmediate(() => {
        for (const connection of connections) if (connection.idle) connection.destroy();
      });
      await Promise.all(closing);
    },
    kill() {
      for (const connection of connections) connection.destroy();
    },
  };
}

function listening(server: Server, host: string, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host }, () => {
      server.off('error', reject);
      resolve(server);
    });
  });
}

/** Listens no more; resolves once its connections are closed. */
function closed(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
