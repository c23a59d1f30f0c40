import type { ServerResponse } from 'node:http';
import type { HeaderList } from '../../http/headers.ts';

/** What an answer needs of the connection it comes from. */
export interface Source {
  resume(): void;
  /** Frees the upstream: the rest of the body is not wanted. */
  cancel(): void;
}

/** Statuses that `Response` refuses to build with a body (Fetch standard, null body status). */
const NULL_BODY: ReadonlySet<number> = new Set([101, 103, 204, 205, 304]);

/**
 * An upstream's answer on Node: a `Response` to anyone who asks, and a short cut to those who know
 * it. Building a real `Response` with `Headers` and a web stream costs more than all the rest of a
 * small exchange, so it is built only when something other than our own listener reads it.
 */
export class NodeAnswer {
  readonly status: number;
  readonly statusText: string;
  /** As the upstream sent them, case and order included; hop-by-hop fields removed. */
  readonly rawHeaders: HeaderList;
  #source: Source;
  /** Chunks that came before anyone listened: a small body arrives together with its head. */
  #early: Uint8Array[] = [];
  #sink: ServerResponse | null = null;
  #controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  #ended = false;
  #error: Error | null = null;
  #response: Response | null = null;

  constructor(status: number, statusText: string, rawHeaders: HeaderList, source: Source) {
    this.status = status;
    this.statusText = statusText;
    this.rawHeaders = rawHeaders;
    this.#source = source;
  }

  /** Takes a chunk from the upstream. `false` asks it to wait for `resume()`. */
  push(chunk: Uint8Array): boolean {
    if (this.#sink !== null) return this.#sink.write(chunk);
    if (this.#controller !== null) {
      this.#controller.enqueue(chunk);
      return (this.#controller.desiredSize ?? 1) > 0;
    }
    this.#early.push(chunk);
    return false;
  }

  end(): void {
    this.#ended = true;
    if (this.#sink !== null) this.#sink.end();
    else this.#controller?.close();
  }

  /** The upstream died in the middle: the client must see that too, never a short body that looks whole. */
  fail(error: Error): void {
    this.#error = error;
    if (this.#sink !== null) this.#sink.destroy();
    else this.#controller?.error(error);
  }

  /** Writes the answer to a client. */
  sendTo(response: ServerResponse): void {
    // RFC 9110 section 6.6.1 leaves Date to the origin server; we invent no field.
    response.sendDate = false;
    response.writeHead(this.status, this.statusText, this.rawHeaders);
    const early = this.#early;
    this.#early = [];
    if (this.#ended && early.length <= 1) {
      response.end(early[0]);
      return;
    }
    let more = true;
    for (const chunk of early) more = response.write(chunk);
    if (this.#ended) {
      response.end();
      return;
    }
    if (this.#error !== null) {
      response.destroy();
      return;
    }
    this.#sink = response;
    response.on('drain', () => this.#source.resume());
    response.once('close', () => {
      if (!this.#ended) this.#source.cancel();
    });
    if (early.length === 0) response.flushHeaders();
    if (more) this.#source.resume();
  }

  /** Frees the upstream when nobody will read the body. */
  discard(): void {
    if (!this.#ended) this.#source.cancel();
  }

  get headers(): Headers {
    return this.#real().headers;
  }
  get body(): ReadableStream<Uint8Array> | null {
    return this.#real().body;
  }
  get bodyUsed(): boolean {
    return this.#response?.bodyUsed ?? false;
  }
  get ok(): boolean {
    return this.status >= 200 && this.status < 300;
  }
  get redirected(): boolean {
    return false;
  }
  get type(): string {
    return 'default';
  }
  get url(): string {
    return '';
  }
  clone(): Response {
    return this.#real().clone();
  }
  text(): Promise<string> {
    return this.#real().text();
  }
  json(): Promise<unknown> {
    return this.#real().json();
  }
  arrayBuffer(): Promise<ArrayBuffer> {
    return this.#real().arrayBuffer();
  }
  blob(): Promise<Blob> {
    return this.#real().blob();
  }
  formData(): Promise<FormData> {
    return this.#real().formData();
  }

  /** True once somebody asked for the real thing: the short cut is closed then. */
  get materialised(): boolean {
    return this.#response !== null;
  }

  #real(): Response {
    this.#response ??= this.#materialise();
    return this.#response;
  }

  #materialise(): Response {
    const headers = new Headers();
    for (let i = 0; i < this.rawHeaders.length; i += 2) {
      headers.append(this.rawHeaders[i]!, this.rawHeaders[i + 1]!);
    }
    const init = { status: this.status, statusText: this.statusText, headers };
    if (NULL_BODY.has(this.status)) {
      this.discard();
      return new Response(null, init);
    }
    const source = this.#source;
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => {
        for (const chunk of this.#early) controller.enqueue(chunk);
        this.#early = [];
        if (this.#ended) controller.close();
        else if (this.#error !== null) controller.error(this.#error);
        else this.#controller = controller;
      },
      pull: () => source.resume(),
      cancel: () => source.cancel(),
    });
    return new Response(stream, init);
  }
}

// `instanceof Response` holds, as middleware expects.
Object.setPrototypeOf(NodeAnswer.prototype, Response.prototype);
Object.setPrototypeOf(NodeAnswer, Response);
