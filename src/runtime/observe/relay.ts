import { ByteQueue } from '../../http/bytes.ts';
import type { BodySource } from '../../http/upload.ts';
import { isByteStream, webBody } from '../../http/web-body.ts';
import { isUnopened } from '../fetch/receive.ts';
import { type ObserveBody, type ObservedBody, OverheardUpload } from './observed.ts';

export { tappedResponse } from './tapped-response.ts';

/**
 * For any runtime: the app gets a new request with the same content, whose body is relayed here. Nothing is read
 * before the app reads it, so that backpressure reaches the client, unless `readRest` is called.
 */
export const observeBody: ObserveBody = (request, length, env) =>
  new RelayedBody(request, length, nodeStreamOf(env));

class RelayedBody implements ObservedBody {
  readonly upload: OverheardUpload;
  readonly #request: Request;
  readonly #source: BodySource;
  readonly #nodeStream: NodeStream | null;
  /** Bytes read ahead of the app. */
  readonly #ahead = new ByteQueue();
  #stream: ReadableStream<Uint8Array> | null = null;
  /** The pending read of the source. */
  #reading: Promise<void> | null = null;
  /** The `body` of the request has been accessed. */
  #opened = false;
  /** The app has read from its stream. */
  #asked = false;
  #cancelled = false;
  #ended = false;
  #error: unknown = null;

  constructor(request: Request, length: number | null, nodeStream: NodeStream | null) {
    this.#request = request;
    this.#source = webBody(request);
    this.#nodeStream = nodeStream;
    this.upload = new OverheardUpload(length);
  }

  begin(): Request {
    const relayed = isUnopened(this.#request) ? this.#relayUnopened() : this.#relay();
    if (relayed !== null) return withMembersOf(this.#request, relayed);
    // The body is being read already, or there is none.
    this.upload.over(false);
    return this.#request;
  }

  get taken(): boolean {
    // After a cancel, the app reads no more.
    return !this.#cancelled && (this.#asked || this.#stream?.locked === true);
  }

  async readRest(): Promise<void> {
    if (this.#bypassed) return this.upload.over(false);
    while (!this.#ended && this.upload.wanted) await this.#read();
    if (this.#cancelled && !this.#ended) this.#source.cancel();
  }

  /** True if the app reads the server's own stream: opening the body would block it. */
  get #bypassed(): boolean {
    return !this.#opened && this.#nodeStream !== null && isBeingRead(this.#nodeStream);
  }

  #relay(): Request | null {
    this.#opened = true;
    const { body, bodyUsed } = this.#request;
    if (body === null || bodyUsed || body.locked) return null;
    // The app's stream must be of the same kind; Node's servers have no byte streams.
    this.#stream = isByteStream(body) ? this.#byteStream() : this.#plainStream();
    return new Request(this.#request, { body: this.#stream, duplex: 'half' } as RequestInit);
  }

  /**
   * Accesses only members that do not open the body. Those it leaves out have their defaults in every request from a
   * client.
   */
  #relayUnopened(): Request | null {
    const { url, method, headers, signal, bodyUsed } = this.#request;
    if (bodyUsed || this.#bypassed) return null;
    this.#stream = this.#plainStream();
    const init = { method, headers, signal, body: this.#stream, duplex: 'half' } as RequestInit;
    try {
      return new Request(url, init);
    } catch {
      // `Request` rejects some methods, such as TRACE.
      return null;
    }
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
        // Returns the reader's own buffer, if it brought one.
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

  /** Reads one chunk; concurrent callers share the read. Never rejects. */
  #read(): Promise<void> {
    this.#reading ??= this.#take().finally(() => (this.#reading = null));
    return this.#reading;
  }

  async #take(): Promise<void> {
    if (this.#bypassed) {
      // The same error as from the server's own request.
      if (this.#nodeStream!.readableDidRead) return this.#end(new TypeError('Body is unusable'));
      this.upload.over(false);
    }
    this.#opened = true;
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

  /** The app has cancelled the body: the recording goes on without it. */
  #cancel(): void {
    this.#cancelled = true;
    this.#ahead.drain();
    void this.readRest();
  }
}

/** Adds the members that servers give their requests beyond the standard: `ip`, `cf`, `waitUntil`. */
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
    let owner = object;
    owner !== null && owner !== Request.prototype;
    owner = Object.getPrototypeOf(owner)
  )
    yield* Object.getOwnPropertyNames(owner);
}

/**
 * The body as a stream of Node's server, which some frameworks give to the app beside the Web `Request`
 * (`c.env.incoming` of @hono/node-server).
 */
export interface NodeStream {
  /** `null` until the stream has a `data` listener, is piped, resumed or paused. */
  readonly readableFlowing: boolean | null;
  /** True once bytes were read, in any way. */
  readonly readableDidRead: boolean;
}

/** The stream that the app could read instead of the request; `null` if the server gave it none. */
export function nodeStreamOf(env: unknown): NodeStream | null {
  const stream = (env as { readonly incoming?: Partial<NodeStream> } | null | undefined)?.incoming;
  return typeof stream?.readableDidRead === 'boolean' ? (stream as NodeStream) : null;
}

export function isBeingRead({ readableFlowing, readableDidRead }: NodeStream): boolean {
  return readableFlowing !== null || readableDidRead;
}
