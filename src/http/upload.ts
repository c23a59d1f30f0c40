import { ByteQueue } from './bytes.ts';
import type { HeaderList } from './fields.ts';

/** Observes a request body on its way to the upstream. Must not throw and must not delay the bytes. */
export interface Tap {
  /** False once the tap needs no more bytes. */
  readonly wanted: boolean;
  /** Called with each chunk. The array may be kept: nobody writes to it afterwards. */
  chunk(bytes: Uint8Array): void;
  /** Called once: `true` if the whole body passed, `false` if it was cut short. */
  end(isComplete: boolean): void;
}

/** Source of the bytes of a request body. Each runtime has its own. */
export interface BodySource {
  /** The next bytes; `null` at the end. Rejects if the client leaves. One read at a time. */
  read(): Promise<Uint8Array | null>;
  /** Discards the rest: nobody will read it. */
  cancel(): void;
  /** Trailer fields, known after the last byte, on runtimes that expose them. */
  readonly trailers?: HeaderList | null;
}

/**
 * Most bytes of an upload that are kept until the upstream responds, so that the next node can get them. Needed
 * because some transports read from a body before they know whether they get a connection.
 */
const REPLAY_LIMIT_BYTES = 64 * 1024;

/**
 * A request body that is streamed to an upstream. It is pulled: bytes are read only when the upstream takes them,
 * so that backpressure reaches the client, and every chunk passes the tap. `tee()` cannot do this: it buffers for
 * the slower branch without limit, and on Workers it stalls the faster one.
 */
export class Upload {
  /** Bytes, from `Content-Length`; `null` if the length is not known in advance. */
  readonly length: number | null;
  /** The whole body if it arrived together with the head, so that it need not be streamed; else `null`. */
  readonly buffered: Uint8Array | null;
  readonly #source: BodySource;
  #tap: Tap | null = null;
  /** The bytes read so far, for the next node; `null` once they are too many or no other node can get them. */
  #kept: ByteQueue | null = new ByteQueue();
  /** The pending read of the source. It may have been started by an attempt that has failed since. */
  #reading: Promise<Uint8Array | null> | null = null;
  /** Bytes read from the source. */
  #read = 0;
  /** The current attempt has cancelled its reader. */
  #cancelled = false;
  #ended = false;
  /** The body ended early: the client broke off, or nobody needed the rest. */
  #cutShort = false;
  /** Reader of the current attempt. */
  #reader: BodySource | null = null;

  constructor(source: BodySource, length: number | null, whole: Uint8Array | null = null) {
    this.#source = source;
    this.length = length;
    this.buffered = whole;
  }

  /** True once the body cannot be sent from its start any more. */
  get consumed(): boolean {
    return this.#kept === null;
  }

  /** Trailers that may be forwarded. Known at the end of the body; recordings do not include them. */
  get trailers(): HeaderList | null {
    return this.#source.trailers ?? null;
  }

  /** Attaches the tap. At most one, and before the first read. */
  tap(tap: Tap): void {
    this.#tap = tap;
  }

  /** A reader from the start of the body, for one attempt. If the attempt fails, the next one gets its own reader. */
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
        // Ignored from a failed attempt: the next one has another reader.
        if (this.#reader !== reader) return;
        this.#cancelled = true;
        if (this.consumed) this.#abandon();
      },
    };
    this.#reader = reader;
    return reader;
  }

  /** To be called when an upstream has responded: no other node will get the body, so nothing is kept for it. */
  onResponse(): void {
    this.#kept = null;
    if (this.#cancelled) this.#abandon();
  }

  /** To be called when the last attempt failed: discards the rest of the body. */
  cancel(): void {
    this.#kept = null;
    this.#abandon();
  }

  #next(): Promise<Uint8Array | null> {
    this.#reading ??= this.#take().finally(() => (this.#reading = null));
    return this.#reading;
  }

  async #take(): Promise<Uint8Array | null> {
    // A body that was cut short must not look complete.
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
