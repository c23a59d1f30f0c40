import { connect as connectTcp, type LookupFunction, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Origin } from './origin.ts';
import type { ReadBuffer } from './read-buffer.ts';

/** What a socket tells of. */
export interface SocketListener {
  connected(): void;
  /** @param bytes of a `ReadBuffer`, where there is one: to be kept only as it says */
  read(bytes: Buffer): void;
}

/**
 * Opens a connection to a server.
 *
 * @param reads where it reads to; `null`: to new memory each time, as it must where the socket may be
 * given to somebody else, who then listens to it himself. With TLS it always does
 */
export function openSocket(
  origin: Origin,
  lookup: LookupFunction,
  reads: ReadBuffer | null,
  listener: SocketListener,
): Socket {
  const { hostname: host, port, tls, serverName } = origin;
  const socket = tls
    ? connectTls({ host, port, lookup, servername: serverName, ALPNProtocols: ['http/1.1'] })
    : connectTcp({ host, port, lookup, ...(reads !== null && into(reads, listener)) });
  socket.setNoDelay(true);
  socket.once(tls ? 'secureConnect' : 'connect', () => listener.connected());
  socket.on('data', (bytes: Buffer) => listener.read(bytes));
  return socket;
}

/** In place of `data` events. */
function into(reads: ReadBuffer, listener: SocketListener) {
  return {
    onread: {
      buffer: () => reads.next(),
      callback(length: number): boolean {
        listener.read(reads.filled(length));
        return true;
      },
    },
  };
}
