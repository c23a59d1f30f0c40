import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { FrameWatch } from './frame-watch.ts';
import { LINGER_MS } from './limits.ts';

/**
 * The bytes of a connection as node:http2 gets them: of a client's first those that told us that it is HTTP/2, then the
 * rest, each piece after a look by the `FrameWatch`. On Node, node:http2 would read from the socket's handle itself, and would
 * miss what was read before.
 */
export class WatchedSocket extends Duplex {
  readonly #socket: Socket;
  readonly #watch: FrameWatch;
  readonly #onFlood: () => void;
  #isFlooded = false;

  /** @param onFlood called once, when the peer sends too many frames: nothing is read any more */
  constructor(socket: Socket, first: Buffer, watch: FrameWatch, onFlood: () => void) {
    super({ allowHalfOpen: false });
    this.#socket = socket;
    this.#watch = watch;
    this.#onFlood = onFlood;
    this.on('error', () => {}); // The session has told.
    socket.on('data', (bytes: Buffer) => this.#onData(bytes));
    socket.once('end', () => this.push(null));
    socket.once('close', () => this.destroy());
    if (first.byteLength > 0) this.#onData(first);
  }

  /** True while bytes wait for the peer to take them. */
  get isWriting(): boolean {
    return this.#socket.writableLength > 0;
  }

  #onData(bytes: Buffer): void {
    if (this.#isFlooded || this.destroyed) return;
    if (this.#watch.read(bytes)) {
      if (!this.push(bytes)) this.#socket.pause();
      return;
    }
    this.#isFlooded = true;
    this.#socket.pause();
    this.#onFlood();
  }

  override _read(): void {
    if (!this.#isFlooded) this.#socket.resume();
  }

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#watch.wrote(bytes.byteLength);
    this.#socket.write(bytes, () => done());
  }

  override _writev(pieces: { readonly chunk: Buffer }[], done: () => void): void {
    this.#socket.cork();
    for (const { chunk } of pieces.slice(0, -1)) {
      this.#watch.wrote(chunk.byteLength);
      this.#socket.write(chunk);
    }
    this._write(pieces.at(-1)!.chunk, 'latin1', done);
    this.#socket.uncork();
  }

  override _final(done: () => void): void {
    this.#socket.end(() => done());
  }

  /** Closes our half, and reads on for a moment: what a reset connection has not delivered yet is lost (RFC 9112 section 9.6). */
  override _destroy(_error: Error | null, done: () => void): void {
    const socket = this.#socket;
    done();
    if (socket.destroyed) return;
    socket.end();
    // Whoever floods us is not read any more: its next connection has to wait for the end of this one.
    if (this.#isFlooded) socket.pause();
    else socket.resume();
    const timer = setTimeout(() => socket.destroy(), LINGER_MS);
    socket.once('close', () => clearTimeout(timer));
  }
}
