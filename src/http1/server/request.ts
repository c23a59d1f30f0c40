import type { Interim } from '../../http/transport.ts';
import { Upload } from '../../http/upload.ts';
import { webBody } from '../../http/web-body.ts';
import type { BodyPipe } from '../body-pipe.ts';
import type { RequestFraming } from './body-framing.ts';
import type { RequestHead } from './request-head.ts';
import { webRequest } from './web-request.ts';

/** Where a request came in. */
export interface Link {
  /** Address of the socket's peer. */
  readonly peer: string;
  /** Port of the listener. */
  readonly serverPort: number;
  /** Writes an interim answer, where the request is still to be answered. */
  inform(request: ServerRequest, interim: Interim): void;
}

/**
 * A request of our own listener. What the exchange needs is read straight from its head; a real
 * `Request`, which costs more than all the rest of a small exchange, is made for other code alone.
 */
export class ServerRequest {
  readonly method: string;
  readonly target: string;
  readonly head: RequestHead;
  readonly link: Link;
  /** Called by the connection when the client leaves before it was answered. */
  gone: ((refused?: number) => void) | null = null;
  readonly #body: BodyPipe | null;
  #upload: Upload | null = null;
  #web: { readonly request: Request; readonly body: Request['body'] } | null = null;
  #leaving: AbortController | null = null;
  #left = false;

  /** @param body `null` when the request has none */
  constructor(head: RequestHead, body: BodyPipe | null, link: Link) {
    this.head = head;
    this.link = link;
    this.method = head.method;
    this.target = head.target;
    this.#body = body;
  }

  get upload(): Upload | null {
    if (this.#body === null) return null;
    this.#upload ??= uploadOf(this.head.framing, this.#body);
    return this.#upload;
  }

  /** Told by the connection: the client is gone. */
  leave(): void {
    this.#left = true;
    this.#leaving?.abort();
  }

  /**
   * The same as a real `Request`. Its signal aborts when the client leaves before it has all of its
   * answer.
   */
  toRequest(): Request {
    if (this.#web !== null) return this.#web.request;
    this.#leaving = new AbortController();
    if (this.#left) this.#leaving.abort();
    const request = webRequest(this, this.#leaving.signal);
    this.#web = { request, body: request.body };
    return request;
  }

  /** The body for whoever forwards the `Request`, which other code may have read from or cloned. */
  forwarded(): Upload | null {
    const { upload } = this;
    if (upload === null || upload.whole !== null || this.#web === null) return upload;
    const { request, body } = this.#web;
    // A clone has left another stream in its place.
    const untouched = request.body === body && !request.bodyUsed && body?.locked !== true;
    return untouched || request.body === null
      ? upload
      : new Upload(webBody(request), upload.length);
  }
}

/** One in chunks stays one in chunks, whole or not. */
function uploadOf(framing: RequestFraming, body: BodyPipe): Upload {
  return framing.kind === 'length'
    ? new Upload(body, framing.length, body.whole)
    : new Upload(body, null);
}
