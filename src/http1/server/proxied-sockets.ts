import type { Socket } from 'node:net';
import { Deadline } from '../timers.ts';
import { parseProxyHeader, type ProxyHeader } from './proxy-header.ts';
import { peerOf, rememberPeer } from './request.ts';

export interface ProxiedOptions {
  /** Whether connections of this peer begin with a header of the PROXY protocol. Others must not have any. */
  readonly trusts: (peer: string) => boolean;
  /** Milliseconds that a proxy may take for the header. */
  readonly timeoutMs: number;
  /** Called when a trusted peer sent no such header: its connection is closed. */
  readonly onRefused: (peer: string, reason: string) => void;
}

/** Connections that may come through proxies which pass on TCP. */
export class ProxiedSockets {
  readonly #options: ProxiedOptions;
  readonly #waiting = new Set<Socket>();

  constructor(options: ProxiedOptions) {
    this.#options = options;
  }

  /**
   * Hands a connection on, after the header if it has one: from then on its peer is the client that the header names.
   *
   * @param accept gets the socket with the first byte after the header to be read next
   */
  accept(socket: Socket, accept: (socket: Socket) => void): void {
    if (this.#options.trusts(peerOf(socket))) this.#read(socket, accept);
    else accept(socket);
  }

  /** Closes the connections whose header has not arrived. */
  destroy(): void {
    for (const socket of this.#waiting) socket.destroy();
  }

  #read(socket: Socket, accept: (socket: Socket) => void): void {
    const { timeoutMs, onRefused } = this.#options;
    const peer = peerOf(socket);
    let bytes: Buffer = Buffer.alloc(0);
    const deadline = new Deadline(() => socket.destroy());
    const settle = () => {
      deadline.dispose();
      this.#waiting.delete(socket);
      socket.off('readable', onReadable).off('close', settle);
    };
    /** Whether the connection was handed on, or closed. */
    const take = (more: Buffer): boolean => {
      bytes = bytes.byteLength === 0 ? more : Buffer.concat([bytes, more]);
      let header: ProxyHeader | null;
      try {
        header = parseProxyHeader(bytes);
      } catch (error) {
        onRefused(peer, (error as Error).message);
        socket.destroy();
        return true;
      }
      if (header === null) return false;
      settle();
      if (header.client !== null) rememberPeer(socket, header.client);
      if (bytes.byteLength > header.bytes) socket.unshift(bytes.subarray(header.bytes));
      accept(socket);
      return true;
    };
    const onReadable = () => {
      // Until there is nothing: only then does a stream say again that there is more.
      for (let more = socket.read(); more !== null; more = socket.read())
        if (take(more as Buffer)) return;
    };
    this.#waiting.add(socket);
    deadline.set(timeoutMs);
    socket.on('error', () => {}); // `close` follows.
    socket.on('readable', onReadable).once('close', settle);
  }
}
