import { ByteQueue } from '../http/bytes.ts';
import type { HeaderList } from '../http/fields.ts';
import type { ResponseTap } from '../http/transport.ts';
import type { TurnTaker, Turns } from './turns.ts';

/** What a body can ask of the connection that it arrives on. */
export interface Flow {
  /** Where a body waits after it has used up its quota of a turn of the event loop; `null`: it never waits. */
  readonly turns: Turns | null;
  /** Stops reading from the socket. */
  pause(): void;
  resume(): void;
  /** Called when nobody will read the rest of the body. */
  cancel(): void;
  /** Called when a reader starts to wait for bytes that have not arrived. */
  wanted?(): void;
}

/** For a body without a connection. */
export const NO_FLOW: Flow = { turns: null, pause() {}, resume() {}, cancel() {} };

/** Bytes of a body before it waits for its next turn of the event loop: about a millisecond of work. */
const TURN_BYTES = 2 * 1024 * 1024;

/** One byte of framing counts like this many bytes of data: each byte of framing is examined, data is not. */
const FRAMING_COST = 16;

/** A body in flight: the connection that receives it pushes chunks, the reader pulls them. */
export class BodyPipe implements TurnTaker {
  /** Called once, when the body has ended or failed. */
  onOver: () => void = () => {};
  /** The trailers, once the body has ended. */
  trailers: HeaderList | null = null;
  /** Bytes received on the wire so far, framing included. */
  received = 0;
  #flow: Flow;
  readonly #highWater: number;
  /** The buffered chunk, while there is at most one: most bodies arrive in one piece. */
  #chunk: Uint8Array | null = null;
  /** The buffered chunks, once there were two. */
  #queue: ByteQueue | null = null;
  /** Bytes that the buffered chunks took on the wire. */
  #queued = 0;
  /** True while `#highWater` bytes or more are buffered. */
  #full = false;
  /** Where the body waits for its turn; `null` while it does not wait. */
  #turns: Turns | null = null;
  /** Cost of what arrived since its last turn, in bytes of data (see `FRAMING_COST`). */
  #charged = 0;
  #paused = false;
  #ended = false;
  #error: Error | null = null;
  #onFailure: (error: Error) => void = () => {};
  /** Gets each chunk as it arrives, until the body is over. */
  #tap: ResponseTap | null = null;
  /** The pending `read`. */
  #waiting: { resolve(chunk: Uint8Array | null): void; reject(error: Error): void } | null = null;

  /** @param highWater buffered bytes at which the sender is paused */
  constructor(flow: Flow, highWater: number) {
    this.#flow = flow;
    this.#highWater = highWater;
  }

  /**
   * Lets `tap` observe the body: what is buffered now, and what arrives later. At most one tap, and before the first
   * read. It gets bytes when they arrive and not when they are read: then they are whole, whoever gets them next.
   */
  tap(tap: ResponseTap): void {
    this.#tap = tap;
    if (this.#chunk !== null) this.#show(this.#chunk);
    this.#queue?.forEach((chunk) => this.#show(chunk));
    if (this.#ended) this.#untap(true);
  }

  /**
   * Adds a chunk. The pipe and its reader own it from here on.
   *
   * @param wire bytes that the chunk took on the wire, framing included
   */
  push(chunk: Uint8Array, wire: number = chunk.byteLength): void {
    this.received += wire;
    if (this.#tap !== null) this.#show(chunk);
    this.#charge(chunk.byteLength + FRAMING_COST * (wire - chunk.byteLength));
    if (this.#waiting !== null) {
      this.#settle()?.resolve(chunk);
      return;
    }
    this.#enqueue(chunk);
    this.#queued += wire;
    this.#full = this.#queued >= this.#highWater;
    this.#steer();
  }

  /** Ends the body. What is buffered can still be read; the connection is free for its next message. */
  end(trailers: HeaderList | null = null): void {
    this.trailers = trailers;
    this.#ended = true;
    this.#untap(true);
    this.#leaveTurns();
    // The connection continues with its next message and must not stay paused for this body's reader.
    this.#full = false;
    this.#steer();
    this.#flow = NO_FLOW;
    this.onOver();
    this.#settle()?.resolve(null);
  }

  /** Breaks the body off: `read` rejects with `error` behind what is buffered. */
  fail(error: Error): void {
    this.#error = error;
    this.#untap(false);
    this.#leaveTurns();
    this.onOver();
    this.#onFailure(error);
    this.#settle()?.reject(error);
  }

  /** Calls back if the body fails, or has failed, while somebody wants it. At most one callback. */
  whenFailed(callback: (error: Error) => void): void {
    if (this.#error === null) this.#onFailure = callback;
    else callback(this.#error);
  }

  /** True once the last byte has arrived: for a small body together with its head. */
  get complete(): boolean {
    return this.#ended;
  }

  /** The whole body, if it has ended and is still buffered in one piece; else `null`. */
  get buffered(): Uint8Array | null {
    if (!this.#ended) return null;
    return this.#queue === null ? this.#chunk : this.#queue.single;
  }

  /** Removes and returns the buffered chunks. */
  drain(): Uint8Array[] {
    const chunks = this.#queue?.drain() ?? (this.#chunk === null ? [] : [this.#chunk]);
    this.#chunk = null;
    this.#emptied();
    return chunks;
  }

  /** Resolves with the next chunk, or `null` at the end. Rejects if the body broke off. One read at a time. */
  read(): Promise<Uint8Array | null> {
    const chunk = this.#dequeue();
    if (chunk !== null) return Promise.resolve(chunk);
    if (this.#error !== null) return Promise.reject(this.#error);
    if (this.#ended) return Promise.resolve(null);
    this.#emptied();
    this.#flow.wanted?.();
    return new Promise((resolve, reject) => (this.#waiting = { resolve, reject }));
  }

  /** Drops what is buffered and tells the connection that nobody reads the rest. */
  cancel(): void {
    const flow = this.#flow;
    this.#chunk = null;
    this.#queue = null;
    // At most once per body: by the second call the connection may carry its next message.
    this.#flow = NO_FLOW;
    this.#onFailure = () => {};
    this.#untap(false);
    this.#leaveTurns();
    if (!this.#ended && this.#error === null) flow.cancel();
  }

  /** Called by `Turns` when it is this body's turn. */
  go(): void {
    this.#turns = null;
    this.#charged = 0;
    this.#steer();
  }

  #show(chunk: Uint8Array): void {
    if (this.#tap!.wanted) this.#tap!.chunk(chunk);
  }

  /** The tap has got all that it will get. */
  #untap(isComplete: boolean): void {
    const tap = this.#tap;
    if (tap === null) return;
    this.#tap = null;
    tap.end(isComplete, this.trailers);
  }

  #enqueue(chunk: Uint8Array): void {
    if (this.#queue !== null) {
      this.#queue.append(chunk);
    } else if (this.#chunk === null) {
      this.#chunk = chunk;
    } else {
      this.#queue = new ByteQueue();
      this.#queue.append(this.#chunk);
      this.#queue.append(chunk);
      this.#chunk = null;
    }
  }

  #dequeue(): Uint8Array | null {
    if (this.#queue === null) {
      const chunk = this.#chunk;
      this.#chunk = null;
      if (chunk !== null) this.#emptied();
      return chunk;
    }
    const { size } = this.#queue;
    const chunk = this.#queue.shift() ?? null;
    if (chunk === null) return null;
    this.#queued *= this.#queue.size / size;
    if (this.#queued === 0) this.#emptied();
    return chunk;
  }

  #charge(cost: number): void {
    this.#charged += cost;
    if (this.#charged < TURN_BYTES || this.#turns !== null) return;
    this.#turns = this.#flow.turns;
    this.#turns?.wait(this);
    this.#steer();
  }

  #leaveTurns(): void {
    this.#turns?.cancel(this);
    this.#turns = null;
  }

  /** Nothing is buffered any more. */
  #emptied(): void {
    this.#queued = 0;
    this.#full = false;
    this.#steer();
  }

  /** Pauses the sender while the buffer is full or the body waits for its turn. */
  #steer(): void {
    const pause = this.#full || this.#turns !== null;
    if (pause === this.#paused) return;
    this.#paused = pause;
    if (pause) this.#flow.pause();
    else this.#flow.resume();
  }

  #settle() {
    const waiting = this.#waiting;
    this.#waiting = null;
    return waiting;
  }
}
