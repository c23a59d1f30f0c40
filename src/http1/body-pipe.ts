import { ByteQueue } from '../http/bytes.ts';
import type { HeaderList } from '../http/fields.ts';
import type { Waiting, Turns } from './turns.ts';

/** How a body talks back to the connection that it comes from. */
export interface Flow {
  /** Where a body waits that has had its part of a turn of the event loop; `null`: it never does. */
  readonly turns: Turns | null;
  pause(): void;
  resume(): void;
  /** The rest is not wanted. */
  cancel(): void;
  /** A reader waits for what has not come yet. */
  wanted?(): void;
}

/** Of a body that has no connection, or none any more. */
export const NO_FLOW: Flow = { turns: null, pause() {}, resume() {}, cancel() {} };

/** What a body may bring before it waits for a turn of the event loop: about a millisecond of work. */
const TURN_BYTES = 2 * 1024 * 1024;

/** Bytes of data that cost what one of framing does: that is looked at by itself, and data passes unread. */
const FRAMING_COST = 16;

/** A body under way: pushed by a connection, pulled by whoever passes it on. */
export class BodyPipe implements Waiting {
  /** Called once, when nothing more comes or is wanted. */
  onOver: () => void = () => {};
  /** What came behind it, once it has ended. */
  trailers: HeaderList | null = null;
  /** Bytes that it took on the wire so far, with what framed them. */
  received = 0;
  #flow: Flow;
  readonly #highWater: number;
  /** The only chunk that waits for its reader: most bodies come in one piece. */
  #chunk: Uint8Array | null = null;
  /** All chunks that wait, once there are several. */
  #queue: ByteQueue | null = null;
  /** Bytes that the waiting chunks took on the wire. */
  #queued = 0;
  /** Too much of it waits for its reader. */
  #full = false;
  /** Where it waits for a turn. */
  #turns: Turns | null = null;
  /** What it has brought since it had one, in bytes of data. */
  #brought = 0;
  #paused = false;
  #ended = false;
  #error: Error | null = null;
  #waiting: { resolve(chunk: Uint8Array | null): void; reject(error: Error): void } | null = null;

  /** @param highWater bytes that may wait for their reader before the sender has to wait */
  constructor(flow: Flow, highWater: number) {
    this.#flow = flow;
    this.#highWater = highWater;
  }

  /** @param wire bytes that the chunk took on the wire */
  push(chunk: Uint8Array, wire: number = chunk.byteLength): void {
    this.received += wire;
    this.#bring(chunk.byteLength + FRAMING_COST * (wire - chunk.byteLength));
    if (this.#waiting !== null) {
      this.#settle()?.resolve(chunk);
      return;
    }
    this.#enqueue(chunk);
    this.#queued += wire;
    this.#full = this.#queued >= this.#highWater;
    this.#steer();
  }

  end(trailers: HeaderList | null = null): void {
    this.trailers = trailers;
    this.#ended = true;
    this.#wantNoTurn();
    // Its sender goes on to other things, and must not wait for the reader of this one.
    this.#full = false;
    this.#steer();
    this.#flow = NO_FLOW;
    this.onOver();
    this.#settle()?.resolve(null);
  }

  fail(error: Error): void {
    this.#error = error;
    this.#wantNoTurn();
    this.onOver();
    this.#settle()?.reject(error);
  }

  /** True when all of it is here: a small answer arrives in one piece with its head. */
  get complete(): boolean {
    return this.#ended;
  }

  /** All of it, when that is one piece and still here. */
  get buffered(): Uint8Array | null {
    if (!this.#ended) return null;
    return this.#queue === null ? this.#chunk : this.#queue.single;
  }

  /** The chunks that are here, taken away. */
  drain(): Uint8Array[] {
    const chunks = this.#queue?.drain() ?? (this.#chunk === null ? [] : [this.#chunk]);
    this.#chunk = null;
    this.#taken();
    return chunks;
  }

  /** The next bytes, `null` at the end. Rejects when the sender broke off. One read at a time. */
  read(): Promise<Uint8Array | null> {
    const chunk = this.#dequeue();
    if (chunk !== null) return Promise.resolve(chunk);
    if (this.#error !== null) return Promise.reject(this.#error);
    if (this.#ended) return Promise.resolve(null);
    this.#taken();
    this.#flow.wanted?.();
    return new Promise((resolve, reject) => (this.#waiting = { resolve, reject }));
  }

  cancel(): void {
    const flow = this.#flow;
    this.#chunk = null;
    this.#queue = null;
    // Only once: the connection goes on to other things, and must not be stopped in those.
    this.#flow = NO_FLOW;
    this.#wantNoTurn();
    if (!this.#ended && this.#error === null) flow.cancel();
  }

  go(): void {
    this.#turns = null;
    this.#brought = 0;
    this.#steer();
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
      if (chunk !== null) this.#taken();
      return chunk;
    }
    const { size } = this.#queue;
    const chunk = this.#queue.shift() ?? null;
    if (chunk === null) return null;
    this.#queued *= this.#queue.size / size;
    if (this.#queued === 0) this.#taken();
    return chunk;
  }

  #bring(cost: number): void {
    this.#brought += cost;
    if (this.#brought < TURN_BYTES || this.#turns !== null) return;
    this.#turns = this.#flow.turns;
    this.#turns?.wait(this);
    this.#steer();
  }

  #wantNoTurn(): void {
    this.#turns?.cancel(this);
    this.#turns = null;
  }

  /** Nothing is left in the queue. */
  #taken(): void {
    this.#queued = 0;
    this.#full = false;
    this.#steer();
  }

  /** Has the sender wait as long as there is a reason. */
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
