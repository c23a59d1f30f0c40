import type { Socket } from 'node:net';
import { compilePeers } from '../../http/cidr.ts';
import { Deadline } from '../timers.ts';
import type { AcceptedConnection } from './accepted.ts';
import { FIRST_BYTES_MS } from './limits.ts';
import { parseProxyHeader, type ProxyHeader } from './proxy-header.ts';
import { type Link, peerOf, rememberPeer } from './request.ts';

export interface ProxiedOptions {
  readonly scheme: Link['scheme'];
  /** Milliseconds that a proxy may take for the header. */
  readonly timeoutMs: number;
  /**
   * Called once the header has arrived: the connection is the client's from then on, and nothing here touches it again.
   *
   * @param socket the first byte after the header is read next, and its peer is the client that the header names
   */
  readonly onHeader: (from: ProxiedConnection, socket: Socket) => void;
  /** Called when the proxy sent no header: its connection is closed. */
  readonly onRefused: (peer: string, reason: string) => void;
  readonly closed: (connection: ProxiedConnection) => void;
}

/**
 * Such a client is on the proxy's machine, so that its address is the proxy's. Believed as it is, it would pass for a client
 * on this machine, which may do more.
 */
const isLoopback = compilePeers(['127.0.0.0/8', '::1']);

/** A connection of a proxy that passes on TCP, until its header of the PROXY protocol has arrived. */
export class ProxiedConnection implements AcceptedConnection {
  readonly scheme: Link['scheme'];
  readonly #options: ProxiedOptions;
  readonly #socket: Socket;
  readonly #deadline = new Deadline(() => this.destroy());
  readonly #expectedUntil = performance.now() + FIRST_BYTES_MS;
  readonly #onReadable = () => this.#read();
  readonly #onClose = () => (this.#settle(), this.#options.closed(this));
  #bytes: Buffer = Buffer.alloc(0);

  constructor(socket: Socket, options: ProxiedOptions) {
    this.scheme = options.scheme;
    this.#options = options;
    this.#socket = socket;
    this.#deadline.set(options.timeoutMs);
    socket.on('error', () => {}); // `close` follows.
    socket.on('readable', this.#onReadable).once('close', this.#onClose);
  }

  evictableUntil(now: number): number {
    return now < this.#expectedUntil ? Infinity : this.#deadline.at;
  }
  stop(): void {
    this.destroy();
  }
  /** Says nothing: a response that comes before the header would be no use to the proxy, nor to its client in TLS. */
  refuse(): void {}
  destroySoon(): void {
    this.destroy();
  }
  destroy(): void {
    this.#settle();
    this.#socket.once('close', () => this.#options.closed(this)).destroy();
  }

  #settle(): void {
    this.#deadline.dispose();
    this.#socket.off('readable', this.#onReadable).off('close', this.#onClose);
  }

  /** Reads until there is nothing: only then does a stream say again that there is more. */
  #read(): void {
    for (let more = this.#socket.read(); more !== null; more = this.#socket.read())
      if (this.#take(more as Buffer)) return;
  }

  /** Whether the connection was handed on, or closed. */
  #take(more: Buffer): boolean {
    this.#bytes = this.#bytes.byteLength === 0 ? more : Buffer.concat([this.#bytes, more]);
    const bytes = this.#bytes;
    let header: ProxyHeader | null;
    try {
      header = parseProxyHeader(bytes);
    } catch (error) {
      this.#options.onRefused(peerOf(this.#socket), (error as Error).message);
      this.destroy();
      return true;
    }
    if (header === null) return false;
    this.#settle();
    const { client } = header;
    if (client !== null && !isLoopback(client)) rememberPeer(this.#socket, client);
    if (bytes.byteLength > header.bytes) this.#socket.unshift(bytes.subarray(header.bytes));
    this.#options.onHeader(this, this.#socket);
    return true;
  }
}
