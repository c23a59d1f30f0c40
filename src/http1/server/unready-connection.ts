import type { Socket } from 'node:net';
import { Deadline } from '../timers.ts';
import type { AcceptedConnection } from './accepted.ts';
import { FIRST_BYTES_MS } from './limits.ts';
import { type Link, peerOf } from './request.ts';

/** What the first bytes of a connection were found to say. */
export interface Parsed {
  /** So many of them are done with: the client's follow. */
  readonly bytes: number;
}

export interface UnreadyOptions<T extends Parsed> {
  readonly scheme: Link['scheme'];
  /** Milliseconds for the first bytes. */
  readonly timeoutMs: number;
  /** Parses what has arrived, from the start; `null` until that is enough. If it throws, the connection is closed. */
  readonly parse: (bytes: Buffer) => T | null;
  /** Called once they are parsed: the client can be served, and nothing here touches its socket again. */
  readonly onReady: (from: AcceptedConnection, socket: Socket, parsed: T) => void;
  /** Called with the text of what `parse` threw. */
  readonly onRefused?: (peer: string, reason: string) => void;
  readonly closed: (connection: AcceptedConnection) => void;
}

/** A connection whose first bytes decide how its client is served, until these have arrived. */
export class UnreadyConnection<T extends Parsed> implements AcceptedConnection {
  readonly scheme: Link['scheme'];
  readonly #options: UnreadyOptions<T>;
  readonly #socket: Socket;
  readonly #deadline = new Deadline(() => this.destroy());
  readonly #expectedUntil = performance.now() + FIRST_BYTES_MS;
  readonly #onReadable = () => this.#read();
  readonly #onClose = () => (this.#settle(), this.#options.closed(this));
  #bytes: Buffer = Buffer.alloc(0);

  constructor(socket: Socket, options: UnreadyOptions<T>) {
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
  /** Says nothing yet: who begins with these bytes does not understand a response before them. */
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
    let parsed: T | null;
    try {
      parsed = this.#options.parse(this.#bytes);
    } catch (error) {
      this.#options.onRefused?.(peerOf(this.#socket), (error as Error).message);
      this.destroy();
      return true;
    }
    if (parsed === null) return false;
    this.#settle();
    const rest = this.#bytes.subarray(parsed.bytes);
    if (rest.byteLength > 0) this.#socket.unshift(rest);
    this.#options.onReady(this, this.#socket, parsed);
    return true;
  }
}
