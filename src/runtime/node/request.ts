import type { IncomingMessage } from 'node:http';
import { isAuthority } from '../../http/authority.ts';
import { originForm } from '../../http/target.ts';
import { Upload } from '../../http/upload.ts';
import { uploadStream } from '../fetch/body.ts';
import { nodeBody } from './body.ts';

/** Hosts that may stand in a URL without a look: names of plain words, and the loopback address. */
const PLAIN_HOST = /^(?:[a-z]\w*(?:\.[a-z]\w*)*|127\.0\.0\.1)(?::\d{1,4})?$/i;

/**
 * A request on Node: what the exchange needs is read straight from the message, and a real `Request`
 * is built only when other code (the admin API, middleware) asks for what only it has.
 */
export class NodeRequest {
  readonly method: string;
  readonly target: string;
  readonly url: string;
  /** False when Host holds more than a host, which is to be refused (RFC 9112 section 3.2). */
  readonly validHost: boolean;
  readonly message: IncomingMessage;
  /** Called by the listener when the client leaves before it was answered. */
  gone: (() => void) | null = null;
  #upload: Upload | null | undefined;
  #headers: Headers | null = null;
  #request: Request | null = null;

  constructor(message: IncomingMessage) {
    this.message = message;
    this.method = message.method!;
    this.target = originForm(message.url!);
    const { host } = message.headers;
    const plain = host !== undefined && PLAIN_HOST.test(host);
    this.validHost = plain || host === undefined || isAuthority(host);
    // A Host may hold what no URL can: `1.2.3.4.5` is a name there and a bad address here.
    const usable = plain || (this.validHost && URL.canParse(`http://${host}`));
    this.url = `http://${usable ? host : 'invalid'}${this.target}`;
  }

  get upload(): Upload | null {
    if (this.#upload === undefined) this.#upload = uploadOf(this.message);
    return this.#upload;
  }
  get headers(): Headers {
    this.#headers ??= webHeaders(this.message.rawHeaders);
    return this.#headers;
  }
  get body(): ReadableStream<Uint8Array> | null {
    return this.#real().body;
  }
  get bodyUsed(): boolean {
    return this.#request?.bodyUsed ?? false;
  }
  get signal(): AbortSignal {
    return this.#real().signal;
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

  /** Lets the rest of a body that nobody reads flow by, so that the connection's next request comes. */
  discard(): void {
    this.upload?.cancel();
    this.message.resume();
  }

  #real(): Request {
    this.#request ??= webRequest(this.method, this.url, this.headers, this.upload);
    return this.#request;
  }
}

function uploadOf(message: IncomingMessage): Upload | null {
  const { headers } = message;
  if (headers['transfer-encoding'] !== undefined) return new Upload(nodeBody(message), null);
  const length = headers['content-length'];
  return length === undefined || length === '0'
    ? null
    : new Upload(nodeBody(message), Number(length));
}

function webHeaders(raw: readonly string[]): Headers {
  const headers = new Headers();
  for (let i = 0; i < raw.length; i += 2) headers.append(raw[i]!, raw[i + 1]!);
  return headers;
}

function webRequest(method: string, url: string, headers: Headers, upload: Upload | null): Request {
  if (upload === null || method === 'GET' || method === 'HEAD') {
    return new Request(url, { method, headers });
  }
  const body = uploadStream(upload);
  return new Request(url, { method, headers, body, duplex: 'half' } as RequestInit);
}

// `instanceof Request` holds, as middleware expects.
Object.setPrototypeOf(NodeRequest.prototype, Request.prototype);
Object.setPrototypeOf(NodeRequest, Request);
