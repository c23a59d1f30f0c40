import type { Tap, Upload } from '../../http/upload.ts';

/** A request body that is a web stream. */
export class StreamUpload implements Upload {
  readonly length: number | null;
  readonly #stream: ReadableStream<Uint8Array>;
  #tap: Tap | null = null;
  #taken = false;

  constructor(stream: ReadableStream<Uint8Array>, length: number | null) {
    this.#stream = stream;
    this.length = length;
  }

  get consumed(): boolean {
    return this.#taken;
  }

  tap(tap: Tap): void {
    this.#tap = tap;
  }

  /** All of it at once, for a body known to be small. Rejects when the client leaves half-way. */
  async bytes(): Promise<Uint8Array> {
    this.#taken = true;
    try {
      const bytes = new Uint8Array(await new Response(this.#stream).arrayBuffer());
      const whole = this.length === null || bytes.byteLength === this.length;
      this.#tap?.chunk(bytes);
      this.#tap?.end(whole);
      return bytes;
    } catch (error) {
      this.#tap?.end(false);
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
    this.#taken = true;
    const reader = this.#stream.getReader();
    const tap = this.#tap;
    const { length } = this;
    let passed = 0;
    return new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          try {
            const { done, value } = await reader.read();
            progress();
            if (done) {
              tap?.end(length === null || passed === length);
              controller.close();
              return;
            }
            passed += value.byteLength;
            tap?.chunk(value);
            controller.enqueue(value);
          } catch (error) {
            tap?.end(false);
            controller.error(error);
          }
        },
        cancel(reason) {
          tap?.end(false);
          return reader.cancel(reason);
        },
      },
      // Nothing is read ahead of the upstream.
      { highWaterMark: 0 },
    );
  }
}
