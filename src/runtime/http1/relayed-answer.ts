import type { BodyPipe } from './body-pipe.ts';
import type { Head } from './client/answer-head.ts';
import { webAnswer } from './client/web-answer.ts';

/**
 * An upstream's answer: a `Response` to anyone who asks, and a short cut to our listener. Building a
 * real `Response` with `Headers` and a web stream costs more than all the rest of a small exchange,
 * so it is built only when something else reads it, and then has lost the case and order of the
 * fields.
 */
export class RelayedAnswer {
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

  /** The head as it came. */
  get head(): Head {
    return this.#head;
  }

  /** The body as it comes. */
  get pipe(): BodyPipe {
    return this.#body;
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
Object.setPrototypeOf(RelayedAnswer.prototype, Response.prototype);
Object.setPrototypeOf(RelayedAnswer, Response);
