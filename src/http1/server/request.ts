import type { Socket } from 'node:net';
import { plainAddress } from '../../http/cidr.ts';
import { namesUpgrade } from '../../http/handshake.ts';
import { hasMember, type HeaderList, joinedValue, webHeaders } from '../../http/fields.ts';
import type { Interim, Received } from '../../http/messages.ts';
import { Upload } from '../../http/upload.ts';
import { byteStream, webBody } from '../../http/web-body.ts';
import type { BodyPipe } from '../body-pipe.ts';
import type { RequestFraming } from '../framing.ts';
import { type RequestHead, urlHost } from './parse-request-head.ts';

/** The client's connection, as a request sees it. */
export interface Link {
  /** Address of the socket's peer. */
  readonly peer: string;
  /** Port of the listener. */
  readonly serverPort: number;
  /** Writes an interim response, unless the request has its final one already. */
  inform(request: ServerRequest, interim: Interim): void;
}

/**
 * A request of our own listener. The exchange reads it as it is; a real `Request`, which costs more than
 * all the rest of a small exchange, is made only for code that asks for one.
 */
export class ServerRequest implements RequestHead, Received {
  readonly method: string;
  readonly target: string;
  readonly scheme = 'http';
  readonly http11: boolean;
  readonly headers: HeaderList;
  readonly authority: string;
  readonly framing: RequestFraming;
  readonly keepAlive: boolean;
  readonly expectsContinue: boolean;
  readonly link: Link;
  /** Called by the connection when the client leaves before it has a response. */
  gone: ((refused?: number) => void) | null = null;
  readonly #body: BodyPipe | null;
  #upload: Upload | null = null;
  #web: WebRequest | null = null;
  /** Nobody has been seen to read the body of the `Request`. */
  #pristine = true;
  #leaving: AbortController | null = null;
  #left = false;

  /** @param body `null` when the request has none */
  constructor(head: RequestHead, body: BodyPipe | null, link: Link) {
    this.method = head.method;
    this.target = head.target;
    this.http11 = head.http11;
    this.headers = head.headers;
    this.authority = head.authority;
    this.framing = head.framing;
    this.keepAlive = head.keepAlive;
    this.expectsContinue = head.expectsContinue;
    this.link = link;
    this.#body = body;
  }

  get serverPort(): number {
    return this.link.serverPort;
  }
  get peer(): string {
    return this.link.peer;
  }
  /** In HTTP/1.0 the field means nothing (RFC 9110 section 7.8). */
  get upgradable(): boolean {
    return this.http11 && namesUpgrade(this.headers);
  }
  /** HTTP/1.0 knows no chunks, and so nothing behind them. */
  get takesTrailers(): boolean {
    return this.http11 && hasMember(joinedValue(this.headers, 'te'), 'trailers');
  }
  /** The body for whoever forwards the request: what is left of it, where other code had the `Request`. */
  get upload(): Upload | null {
    if (this.#body === null) return null;
    this.#upload ??= uploadOf(this.framing, this.#body);
    if (this.#web !== null && this.#pristine && isTouched(this.#web)) {
      this.#pristine = false;
      if (this.#upload.buffered === null)
        this.#upload = new Upload(webBody(this.#web.request), this.#upload.length);
    }
    return this.#upload;
  }

  onGone(callback: (refused?: number) => void): void {
    this.gone = callback;
  }
  inform(interim: Interim): void {
    this.link.inform(this, interim);
  }

  /** Called by the connection: the client is gone. */
  clientLeft(): void {
    this.#left = true;
    this.#leaving?.abort();
  }

  /**
   * The same as a real `Request`; the same one each time. Its signal aborts when the client leaves before it
   * has all of its response.
   */
  toRequest(): Request {
    if (this.#web !== null) return this.#web.request;
    this.#leaving = new AbortController();
    if (this.#left) this.#leaving.abort();
    const request = webRequest(this, this.#leaving.signal);
    this.#web = { request, body: request.body };
    return request;
  }
}

/** One in chunks stays one in chunks, whole or not. */
function uploadOf(framing: RequestFraming, body: BodyPipe): Upload {
  return framing.kind === 'length'
    ? new Upload(body, framing.length, body.buffered)
    : new Upload(body, null);
}

/** A real `Request`, and the body that it was made with. */
interface WebRequest {
  readonly request: Request;
  readonly body: Request['body'];
}

/** A clone leaves another stream in the place of the body. */
function isTouched({ request, body }: WebRequest): boolean {
  if (request.body === null) return false;
  return request.body !== body || request.bodyUsed || request.body.locked;
}

/** Methods that no `Request` can be made with (Fetch standard, forbidden methods). */
const FORBIDDEN = /^(?:trace|track)$/i;

/** Methods that no `Request` can have a body with. It takes them in any case, and writes them in capitals. */
const BODILESS = /^(?:get|head)$/i;

function webRequest(served: ServerRequest, signal: AbortSignal): Request {
  const { method, target, authority, headers } = served;
  const forbidden = FORBIDDEN.test(method);
  // `OPTIONS *` is about no path, and a URL has one.
  const path = target === '*' ? '/*' : target;
  const request = new Request(`http://${urlHost(authority)}${path}`, {
    method: forbidden ? 'GET' : method,
    headers: webHeaders(headers),
    signal,
    body: forbidden || BODILESS.test(method) ? null : webBodyOf(served),
    duplex: 'half',
  } as RequestInit);
  return forbidden ? Object.defineProperty(request, 'method', { value: method }) : request;
}

function webBodyOf({
  upload,
}: ServerRequest): ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer> | null {
  if (upload === null) return null;
  // A copy: whoever reads it may write to it.
  return upload.buffered === null ? byteStream(upload.reader()) : new Uint8Array(upload.buffered);
}

/** Here and nowhere else, so that one client has one address for all who ask. */
export function peerOf({ remoteAddress = '' }: Socket): string {
  return plainAddress(remoteAddress) ?? remoteAddress;
}
