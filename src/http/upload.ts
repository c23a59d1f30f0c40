import { ByteQueue } from './bytes.ts';
import type { HeaderList } from './fields.ts';

/** Listens to a request body on its way to the upstream. Must neither throw nor keep the bytes waiting. */
export interface Tap {
  /** False once it needs no more. */
  readonly wanted: boolean;
  /** Bytes that just passed. The array may be kept: nobody writes to it again. */
  chunk(bytes: Uint8Array): void;
  /** Called once: `true` when the body passed whole, `false` when it broke off. */
  end(isComplete: boolean): void;
}

/** Where the bytes of a request body come from; each runtime has its own. */
export interface BodySource {
  /** The next bytes, `null` at the end. Rejects when the client leaves. One read at a time. */
  read(): Promise<Uint8Array | null>;
  /** Nobody will read the rest. */
  cancel(): void;
  /** Fields that came behind the last byte, where the runtime tells. */
  readonly trailers?: HeaderList | null;
}

/**
 * Most bytes of an upload that are kept until the upstream answers, so that another node can get
 * them: some transports read from a body before they know whether they will have a connection.
 */
const REPLAY_LIMIT_BYTES = 64 * 1024;

/**
 * A request body on its way. It is pulled: nothing is read before an upstream takes it, so that
 * backpressure reaches the client, and all that is read passes the tap. `tee()` would not do: it
 * buffers for the slower branch without limit, and on Workers it stalls the faster one.
 */
export class Upload {
  /** From `Content-Length`, in bytes; `null` when the length is not known beforehand. */
  readonly length: number | null;
  /** All of it, when it came along with the head: then there is no need to wait for anything. */
  readonly buffered: Uint8Array | null;
  readonly #source: BodySource;
  #tap: Tap | null = null;
  /** What was read so far; `null` once it is too much to keep or nobody else will want it. */
  #kept: ByteQueue | null = new ByteQueue();
  /** The read under way: it may have been asked for by an attempt that failed since. */
  #reading: Promise<Uint8Array | null> | null = null;
  #read = 0;
  #cancelled = false;
  #ended = false;
  /** It ended before its end: it broke off, or nobody wanted the rest. */
  #cutShort = false;
  /** Of the present attempt. */
  #reader: BodySource | null = null;

  constructor(source: BodySource, length: number | null, whole: Uint8Array | null = null) {
    this.#source = source;
    this.length = length;
    this.buffered = whole;
  }

  /** True once it cannot be sent from its start any more. */
  get consumed(): boolean {
    return this.#kept === null;
  }

  /** Fields behind the body that may be passed on; known at its end, and no part of a recording. */
  get trailers(): HeaderList | null {
    return this.#source.trailers ?? null;
  }

  /** Lets `tap` listen. At most one, and before anything is read. */
  tap(tap: Tap): void {
    this.#tap = tap;
  }

  /** Reads it from its start, for one attempt. An attempt that gives up leaves the rest to the next. */
  reader(): BodySource {
    const kept = this.#kept;
    let passed = 0;
    let replays = true;
    this.#cancelled = false;
    const reader: BodySource = {
      read: () => {
        if (this.#reader !== reader) return gone();
        if (replays && kept !== null && passed < kept.size) {
          const again = kept.join().subarray(passed);
          passed = kept.size;
          return Promise.resolve(again);
        }
        if (replays && passed !== this.#read) return gone();
        replays = false;
        return this.#next();
      },
      cancel: () => {
        // An attempt that was given up has no say in what the next one reads.
        if (this.#reader !== reader) return;
        this.#cancelled = true;
        if (this.consumed) this.#abandon();
      },
    };
    this.#reader = reader;
    return reader;
  }

  /** An upstream has answered: no other will get the body, so nothing more is kept of it. */
  onResponse(): void {
    this.#kept = null;
    if (this.#cancelled) this.#abandon();
  }

  /** Nobody will get it any more: the last attempt failed. */
  cancel(): void {
    this.#kept = null;
    this.#abandon();
  }

  #next(): Promise<Uint8Array | null> {
    this.#reading ??= this.#take().finally(() => (this.#reading = null));
    return this.#reading;
  }

  async #take(): Promise<Uint8Array | null> {
    // Never an end that looks like that of the whole.
    if (this.#cutShort) return gone();
    if (this.#ended) return null;
    try {
      const chunk = await this.#source.read();
      if (chunk === null) {
        this.#end(this.length === null || this.#read === this.length);
        return null;
      }
      this.#read += chunk.byteLength;
      if (this.#read > REPLAY_LIMIT_BYTES) this.#kept = null;
      this.#kept?.append(chunk);
      this.#tap?.chunk(chunk);
      return chunk;
    } catch (error) {
      this.#kept = null;
      this.#end(false);
      throw error;
    }
  }

  #abandon(): void {
    this.#end(false);
    this.#source.cancel();
  }

  #end(isComplete: boolean): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#cutShort = !isComplete;
    this.#tap?.end(isComplete);
  }
}

function gone(): Promise<never> {
  return Promise.reject(new Error('the body is gone'));
}
