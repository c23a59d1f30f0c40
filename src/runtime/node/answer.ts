import type { ServerResponse } from 'node:http';
import type { BodyPipe } from '../http1/body-pipe.ts';
import type { Head } from '../http1/client/answer-head.ts';
import { webAnswer } from '../http1/client/web-answer.ts';

/**
 * An upstream's answer on Node: a `Response` to anyone who asks, and a short cut to our listener.
 * Building a real `Response` with `Headers` and a web stream costs more than all the rest of a small
 * exchange, so it is built only when something else reads it, and then has lost the case and order
 * of the fields.
 */
export class NodeAnswer {
  readonly status: number;
  readonly statusText: string;
  readonly #head: Head;
  readonly #body: BodyPipe;
  #response: Response | null = null;

  constructor(head: Head, body: BodyPipe) {
    this.#head = head;
    this.#body = body;
    this.status = head.status;
    this.statusText = head.reason;
  }

  /** Writes the answer to a client. */
  sendTo(response: ServerResponse): void {
    // RFC 9110 section 6.6.1 leaves Date to the origin server; we invent no field.
    response.sendDate = false;
    response.writeHead(this.status, this.statusText, this.#head.headers);
    if (!this.#body.complete) {
      void pump(this.#body, response);
      return;
    }
    const chunks = this.#body.drain();
    if (chunks.length <= 1) response.end(chunks[0]);
    else response.end(Buffer.concat(chunks));
  }

  /** Frees the upstream when nobody will read the body. */
  discard(): void {
    this.#body.cancel();
  }

  /** True once somebody asked for the real thing: the short cut is closed then. */
  get materialised(): boolean {
    return this.#response !== null;
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

  #real(): Response {
    this.#response ??= webAnswer(this.#head, this.#body);
    return this.#response;
  }
}

// `instanceof Response` holds, as middleware expects.
Object.setPrototypeOf(NodeAnswer.prototype, Response.prototype);
Object.setPrototypeOf(NodeAnswer, Response);

/** Passes a body on as the client takes it. */
async function pump(body: BodyPipe, response: ServerResponse): Promise<void> {
  response.once('close', () => body.cancel());
  response.flushHeaders();
  try {
    for (;;) {
      const chunk = await body.read();
      if (chunk === null) break;
      if (!response.write(chunk)) await drained(response);
    }
    response.end();
  } catch {
    // The upstream broke off: the client must see that too, never a short body that looks whole.
    response.destroy();
  }
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.once('drain', done);
    response.once('close', done);
  });
}
