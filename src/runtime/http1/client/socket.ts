import { connect as connectTcp, isIP, type LookupFunction, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Origin } from './origin.ts';

/**
 * Where plain connections read to, as only one reads at a time: a buffer for each read costs Node
 * more than to copy what is kept of it.
 */
const READ: Buffer = Buffer.allocUnsafeSlow(64 * 1024);

/** What a socket tells of. */
export interface SocketListener {
  connected(): void;
  /** @param bytes not to be kept: the next read of any socket may write over them */
  read(bytes: Buffer): void;
}

/**
 * Opens a connection to a server.
 *
 * @param leaves whether the socket may be given to somebody else, who then listens to it himself
 */
export function openSocket(
  origin: Origin,
  lookup: LookupFunction,
  leaves: boolean,
  listener: SocketListener,
): Socket {
  const { hostname: host, port, tls } = origin;
  const socket = tls
    ? // An IP address is no server name (RFC 6066 section 3).
      connectTls({
        host,
        port,
        lookup,
        servername: isIP(host) === 0 ? host : '',
        ALPNProtocols: ['http/1.1'],
      })
    : connectTcp({ host, port, lookup, ...(!leaves && intoOneBuffer(listener)) });
  socket.setNoDelay(true);
  socket.once(tls ? 'secureConnect' : 'connect', () => listener.connected());
  socket.on('data', (bytes: Buffer) => listener.read(bytes));
  return socket;
}

/** In place of `data` events. */
function intoOneBuffer(listener: SocketListener) {
  return {
    onread: {
      buffer: READ,
      callback(length: number): boolean {
        listener.read(READ.subarray(0, length));
        return true;
      },
    },
  };
}
