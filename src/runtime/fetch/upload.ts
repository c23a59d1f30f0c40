import type { Tap, Upload } from '../../http/upload.ts';

/**
 * Most bytes of an upload that are kept until the upstream answers, so that another node can get
 * them: some runtimes read from a body before they know whether they will have a connection for it.
 */
const REPLAY_LIMIT = 64 * 1024;

/** A request body that is a web stream. */
export class StreamUpload implements Upload {
  readonly length: number | null;
  readonly #stream: ReadableStream<Uint8Array>;
  #reader: ReadableStreamDefaultReader<Uint8Array> | null = null;
  #tap: Tap | null = null;
  /** What was read so far; `null` once it is too much to keep or nobody else will want it. */
  #kept: Uint8Array[] | null = [];
  /** The read under way: it may have been asked for by an attempt that failed since. */
  #reading: Promise<Uint8Array | null> | null = null;
  #read = 0;
  #chunks = 0;
  #cancelled = false;
  #ended = false;

  constructor(stream: ReadableStream<Uint8Array>, length: number | null) {
    this.#stream = stream;
    this.length = length;
  }

  get consumed(): boolean {
    return this.#kept === null;
  }

  tap(tap: Tap): void {
    this.#tap = tap;
  }

  /** All of it at once, for a body known to be small. Rejects when the client leaves half-way. */
  async bytes(): Promise<Uint8Array> {
    const before = this.#kept?.[0];
    if (before !== undefined) return before;
    try {
      const bytes = new Uint8Array(await new Response(this.#stream).arrayBuffer());
      this.#kept = [bytes];
      this.#tap?.chunk(bytes);
      this.#end(this.length === null || bytes.byteLength === this.length);
      return bytes;
    } catch (error) {
      this.#kept = null;
      this.#end(false);
      throw error;
    }
  }

  /**
   * The body as it comes, through one pass-through that pulls when the upstream pulls, so that
   * backpressure reaches the client. `tee()` would not do: it buffers for the slower branch without
   * limit, and on Workers it stalls the faster one.
   *
   * @param progress called with each chunk, to keep a deadline away
   */
  stream(progress: () => void): ReadableStream<Uint8Array> {
    const kept = this.#kept ?? [];
    let passed = 0;
    this.#cancelled = false;
    return new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          const chunk = kept[passed] ?? (await this.#next(passed));
          passed += 1;
          progress();
          if (chunk === null) controller.close();
          else controller.enqueue(chunk);
        },
        cancel: () => {
          this.#cancelled = true;
          if (this.consumed) this.#abandon();
        },
      },
      // Nothing is read ahead of the upstream.
      { highWaterMark: 0 },
    );
  }

  cancel(): void {
    this.#kept = null;
    this.#abandon();
  }

  /** An upstream has answered: no other will get the body, so nothing more is kept of it. */
  answered(): void {
    this.#kept = null;
    if (this.#cancelled) this.#abandon();
  }

  /** The chunk after `passed` others, `null` at the end. Rejects when the client leaves. */
  #next(passed: number): Promise<Uint8Array | null> {
    if (passed !== this.#chunks) return Promise.reject(new Error('the body is gone'));
    this.#reading ??= this.#take().finally(() => (this.#reading = null));
    return this.#reading;
  }

  async #take(): Promise<Uint8Array | null> {
    if (this.#ended) return null;
    try {
      this.#reader ??= this.#stream.getReader();
      const { done, value } = await this.#reader.read();
      if (done) {
        this.#end(this.length === null || this.#read === this.length);
        return null;
      }
      this.#read += value.byteLength;
      this.#chunks += 1;
      if (this.#read > REPLAY_LIMIT) this.#kept = null;
      this.#kept?.push(value);
      this.#tap?.chunk(value);
      return value;
    } catch (error) {
      this.#kept = null;
      this.#end(false);
      throw error;
    }
  }

  #abandon(): void {
    this.#end(false);
    // A stream that broke by itself has told its readers already.
    (this.#reader ?? this.#stream).cancel().catch(() => {});
  }

  #end(whole: boolean): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#tap?.end(whole);
  }
}
