import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { Turns, TurnTaker } from '../http1/turns.ts';
import type { FrameWatch } from './frame-watch.ts';
import { HOLD_MS, LINGER_MS } from './limits.ts';

export interface WatchedSocketOptions {
  readonly socket: Socket;
  readonly watch: FrameWatch;
  /** Called once, when the peer sends too many frames: nothing is read or sent any more. */
  readonly onFlood: () => void;
  /** What was read before. Default: nothing. */
  readonly first?: Buffer;
  /** Where a peer waits that sends more than is read in one turn. Default: nowhere, all is read at once. */
  readonly turns?: Turns | null;
}

/**
 * The bytes of a connection as node:http2 gets them: of a client's first those that told us that it is HTTP/2, then the
 * rest, each piece after a look by the `FrameWatch`. On Node, node:http2 would read from the socket's handle itself, and would
 * miss what was read before.
 */
export class WatchedSocket extends Duplex implements TurnTaker {
  readonly #socket: Socket;
  readonly #watch: FrameWatch;
  readonly #onFlood: () => void;
  readonly #turns: Turns | null;
  /** Parts of what was read, each of which waits for a turn. */
  #waiting: Buffer[] = [];
  /** What is written from the moment on in which the peer was found to flood us. `null`: it was not. */
  #heldBack: Buffer[] | null = null;

  constructor({ socket, watch, onFlood, first, turns = null }: WatchedSocketOptions) {
    super({ allowHalfOpen: false });
    this.#socket = socket;
    this.#watch = watch;
    this.#onFlood = onFlood;
    this.#turns = turns;
    this.on('error', () => {}); // The session has told.
    socket.on('data', (bytes: Buffer) => this.#onData(bytes));
    // As over HTTP/1.1, a client that closes its half has left, and a server is done with us.
    socket.once('end', () => {
      this.#dropWaiting();
      this.push(null);
    });
    socket.once('close', () => this.destroy());
    if (first !== undefined) this.#onData(first);
  }

  /** True once the peer has flooded us, or done what ends a connection. */
  get isHeld(): boolean {
    return this.#heldBack !== null;
  }

  /** True while bytes wait for the peer to take them. */
  get isWriting(): boolean {
    return this.#socket.writableLength > 0;
  }

  #onData(bytes: Buffer): void {
    if (this.#heldBack !== null || this.destroyed) return;
    const parts: number[] = [];
    // All of it at once, so that a flood costs no more than that.
    if (!this.#watch.read(bytes, parts)) this.flooded();
    else if (this.#turns === null) this.#pass(bytes);
    else this.#passInTurns(this.#turns, bytes, parts);
  }

  #passInTurns(turns: Turns, bytes: Buffer, parts: readonly number[]): void {
    const mayPass = this.#waiting.length === 0 && !this.#watch.isIdling;
    [0, ...parts].forEach((at, i) => this.#waiting.push(bytes.subarray(at, parts[i])));
    const first = mayPass ? this.#waiting.shift()! : null;
    if (this.#waiting.length > 0) {
      this.#socket.pause();
      this.#wait(turns);
    }
    if (first !== null) this.#pass(first);
  }

  /** node:http2 reads that at once, and may end the connection. */
  #pass(bytes: Buffer): void {
    if (!this.push(bytes)) this.#socket.pause();
  }

  #wait(turns: Turns): void {
    turns.wait(this, this.#watch.isIdling ? 'low' : 'normal');
  }

  /** Called by `Turns`. */
  go(): void {
    const next = this.#waiting.shift()!;
    if (this.#waiting.length > 0) this.#wait(this.#turns!);
    this.#pass(next);
    if (this.readableLength === 0) this._read();
  }

  /** The peer sends too many frames. */
  flooded(): void {
    if (this.#heldBack !== null) return;
    this.hold();
    this.#onFlood();
  }

  /** Reads and sends nothing any more. The connection is about to end, for which the peer has to wait. */
  hold(): void {
    this.#heldBack ??= [];
    this.#dropWaiting();
    this.#socket.pause();
  }

  #dropWaiting(): void {
    this.#waiting = [];
    this.#turns?.cancel(this);
  }

  override _read(): void {
    const mayRead = this.#heldBack === null && this.#waiting.length === 0 && !this.destroyed;
    if (mayRead) this.#socket.resume();
  }

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#send(bytes, done);
  }

  override _writev(pieces: { readonly chunk: Buffer }[], done: () => void): void {
    this.#socket.cork();
    for (const { chunk } of pieces.slice(0, -1)) this.#send(chunk);
    this.#send(pieces.at(-1)!.chunk, done);
    this.#socket.uncork();
  }

  #send(bytes: Buffer, done?: () => void): void {
    if (!this.#watch.sent(bytes)) this.flooded();
    if (this.#heldBack !== null) this.#heldBack.push(bytes);
    // Not when it is written: Deno tells that late to who has much to read.
    else if (!this.#socket.write(bytes) && done !== undefined) {
      this.#socket.once('drain', done);
      return;
    }
    done?.();
  }

  override _final(done: () => void): void {
    if (this.#heldBack === null) this.#socket.end(() => done());
    else done();
  }

  /** Whoever floods us, or does what ends a connection, has to wait for its end. */
  override _destroy(_error: Error | null, done: () => void): void {
    const socket = this.#socket;
    this.#dropWaiting();
    done();
    if (socket.destroyed) return;
    const isFault = this.#heldBack !== null || !(this.writableEnded || socket.readableEnded);
    if (!isFault) {
      socket.resume();
      return this.#linger();
    }
    socket.pause();
    this.#heldBack ??= [];
    const timer = setTimeout(() => this.#linger(), HOLD_MS);
    timer.unref();
    socket.once('close', () => clearTimeout(timer));
  }

  /** Closes our half, and the rest after a moment: what a reset connection has not delivered yet is lost (RFC 9112 section 9.6). */
  #linger(): void {
    const socket = this.#socket;
    if (!socket.writableEnded) socket.end(Buffer.concat(this.#heldBack ?? []));
    const timer = setTimeout(() => socket.destroy(), LINGER_MS);
    socket.once('close', () => clearTimeout(timer));
  }
}
