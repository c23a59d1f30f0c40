import { ByteQueue } from '../../http/bytes.ts';
import type { BodySource } from '../../http/upload.ts';
import { webBody } from '../../http/web-body.ts';
import { type ObservedBody, type ObserveBody, OverheardUpload } from './observed.ts';

/**
 * On any runtime: the app gets a request of the same content, whose body passes by here. Nothing is
 * read before the app reads it, so that backpressure reaches the client, unless `readRest` is called.
 */
export const observeBody: ObserveBody = (request, length) => new RelayedBody(request, length);

class RelayedBody implements ObservedBody {
  readonly upload: OverheardUpload;
  readonly #request: Request;
  readonly #source: BodySource;
  /** Bytes that the app has not asked for yet. */
  readonly #ahead = new ByteQueue();
  #stream: ReadableStream<Uint8Array> | null = null;
  #reading: Promise<void> | null = null;
  #asked = false;
  #cancelled = false;
  #ended = false;
  #error: unknown = null;

  constructor(request: Request, length: number | null) {
    this.#request = request;
    this.#source = webBody(request);
    this.upload = new OverheardUpload(length);
  }

  begin(): Request {
    const { body, bodyUsed } = this.#request;
    if (body === null || bodyUsed || body.locked) {
      // Somebody else reads it already.
      this.upload.over(false);
      return this.#request;
    }
    this.#stream = isByteStream(body) ? this.#byteStream() : this.#plainStream();
    const init = { body: this.#stream, duplex: 'half' } as RequestInit;
    return withMembersOf(this.#request, new Request(this.#request, init));
  }

  get taken(): boolean {
    // An app that has cancelled it reads no more.
    return !this.#cancelled && (this.#asked || this.#stream?.locked === true);
  }

  async readRest(): Promise<void> {
    while (!this.#ended && this.upload.wanted) await this.#read();
    if (this.#cancelled && !this.#ended) this.#source.cancel();
  }

  #plainStream(): ReadableStream<Uint8Array> {
    return new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          const chunk = await this.#next();
          if (chunk === null) controller.close();
          else controller.enqueue(chunk);
        },
        cancel: () => this.#cancel(),
      },
      { highWaterMark: 0 },
    );
  }

  #byteStream(): ReadableStream<Uint8Array> {
    return new ReadableStream({
      type: 'bytes',
      pull: async (controller) => {
        const chunk = await this.#next();
        if (chunk !== null) return controller.enqueue(chunk);
        controller.close();
        // Who brought room gets it back.
        controller.byobRequest?.respond(0);
      },
      cancel: () => this.#cancel(),
    });
  }

  async #next(): Promise<Uint8Array | null> {
    this.#asked = true;
    while (this.#ahead.size === 0 && !this.#ended) await this.#read();
    const chunk = this.#ahead.shift();
    if (chunk !== undefined) return chunk;
    if (this.#error !== null) throw this.#error;
    return null;
  }

  /** One chunk, whoever asks for it. Never rejects. */
  #read(): Promise<void> {
    this.#reading ??= this.#take().finally(() => (this.#reading = null));
    return this.#reading;
  }

  async #take(): Promise<void> {
    try {
      const chunk = await this.#source.read();
      if (chunk === null) return this.#end(null);
      this.upload.heard(chunk);
      if (!this.#cancelled) this.#ahead.append(chunk);
    } catch (error) {
      this.#end(error);
    }
  }

  #end(error: unknown): void {
    this.#ended = true;
    this.#error = error;
    this.upload.over(error === null);
  }

  /** The recording goes on without the app. */
  #cancel(): void {
    this.#cancelled = true;
    this.#ahead.drain();
    void this.readRest();
  }
}

/** Whether readers may bring their own room. Those of Node's servers may not, which apps may notice. */
function isByteStream(stream: ReadableStream<Uint8Array>): boolean {
  try {
    stream.getReader({ mode: 'byob' }).releaseLock();
    return true;
  } catch {
    return false;
  }
}

/** Members that servers give their requests beyond those of the standard: `ip`, `cf`, `waitUntil`. */
function withMembersOf(original: Request, request: Request): Request {
  for (const name of namesOf(original)) {
    if (name in request) continue;
    const get = () => {
      const value: unknown = Reflect.get(original, name);
      return typeof value === 'function' ? value.bind(original) : value;
    };
    Object.defineProperty(request, name, { get, enumerable: true, configurable: true });
  }
  return request;
}

function* namesOf(object: object): Iterable<string> {
  for (
    let one = object;
    one !== null && one !== Request.prototype;
    one = Object.getPrototypeOf(one)
  )
    yield* Object.getOwnPropertyNames(one);
}
