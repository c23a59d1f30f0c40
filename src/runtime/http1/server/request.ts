import type { Interim } from '../../../http/transport.ts';
import { Upload } from '../../../http/upload.ts';
import type { HeaderList } from '../../../http/headers.ts';
import { uploadStream } from '../../fetch/body.ts';
import type { BodyPipe } from '../body-pipe.ts';
import type { RequestFraming } from './body-framing.ts';
import { urlHost } from './host.ts';
import type { RequestHead } from './request-head.ts';

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
 * A request of our own listener: what the exchange needs is read straight from its head, and a real
 * `Request` is built only when other code (the admin API, middleware) asks for what only it has.
 */
export class ServerRequest {
  readonly method: string;
  readonly target: string;
  readonly head: RequestHead;
  readonly link: Link;
  /** Called by the connection when the client leaves before it was answered. */
  gone: (() => void) | null = null;
  readonly #body: BodyPipe | null;
  #upload: Upload | null = null;
  #headers: Headers | null = null;
  #request: Request | null = null;
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

  get url(): string {
    return `http://${urlHost(this.head.authority)}${this.target}`;
  }
  get upload(): Upload | null {
    if (this.#body === null) return null;
    this.#upload ??= uploadOf(this.head.framing, this.#body);
    return this.#upload;
  }
  get headers(): Headers {
    this.#headers ??= webHeaders(this.head.headers);
    return this.#headers;
  }
  /** Told by the connection: the client is gone. */
  leave(): void {
    this.#left = true;
    this.#leaving?.abort();
  }
  get body(): ReadableStream<Uint8Array> | null {
    return this.#real().body;
  }
  get bodyUsed(): boolean {
    return this.#request?.bodyUsed ?? false;
  }
  /** Aborts when the client leaves before it has all of its answer; made when first asked for. */
  get signal(): AbortSignal {
    if (this.#leaving === null) {
      this.#leaving = new AbortController();
      if (this.#left) this.#leaving.abort();
    }
    return this.#leaving.signal;
  }
  clone(): Request {
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

  #real(): Request {
    this.#request ??= webRequest(this, this.headers, this.upload);
    return this.#request;
  }
}

/** One in chunks stays one in chunks, whole or not. */
function uploadOf(framing: RequestFraming, body: BodyPipe): Upload {
  return framing.kind === 'length'
    ? new Upload(body, framing.length, body.whole)
    : new Upload(body, null);
}

function webHeaders(raw: HeaderList): Headers {
  const headers = new Headers();
  for (let i = 0; i < raw.length; i += 2) headers.append(raw[i]!, raw[i + 1]!);
  return headers;
}

function webRequest(
  { method, url, signal }: ServerRequest,
  headers: Headers,
  upload: Upload | null,
): Request {
  if (upload === null || method === 'GET' || method === 'HEAD') {
    return new Request(url, { method, headers, signal });
  }
  const body = uploadStream(upload);
  return new Request(url, { method, headers, signal, body, duplex: 'half' } as RequestInit);
}

// `instanceof Request` holds, as middleware expects.
Object.setPrototypeOf(ServerRequest.prototype, Request.prototype);
Object.setPrototypeOf(ServerRequest, Request);
