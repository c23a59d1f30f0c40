import type { Socket } from 'node:net';
import { plainAddress } from '../../http/cidr.ts';
import { namesUpgrade } from '../../http/websocket.ts';
import { hasMember, type HeaderList, joinedValue, webHeaders } from '../../http/fields.ts';
import type { Interim, Received } from '../../http/messages.ts';
import { Upload } from '../../http/upload.ts';
import { byteStream, webBody } from '../../http/web-body.ts';
import type { BodyPipe } from '../body-pipe.ts';
import type { RequestFraming } from '../framing.ts';
import { type RequestHead, urlHost } from './parse-request-head.ts';

/** What a request can ask of its client's connection. */
export interface Link {
  readonly scheme: Received['scheme'];
  /** Address of the socket's peer. */
  readonly peer: string;
  /** Port of the listener. */
  readonly serverPort: number;
  /** Highest status that a response may have. Default: any. */
  readonly maxStatus?: number;
  /** Writes an interim response, unless the final response has begun. */
  inform(request: ServerRequest, interim: Interim): void;
}

/**
 * A request that our listener received. A web `Request`, which costs more than the rest of a small exchange, is built
 * only for code that asks for one.
 */
export class ServerRequest implements RequestHead, Received {
  readonly method: string;
  readonly target: string;
  readonly http11: boolean;
  readonly headers: HeaderList;
  readonly authority: string;
  readonly framing: RequestFraming;
  readonly keepAlive: boolean;
  readonly expectsContinue: boolean;
  readonly link: Link;
  /** Called by the connection if the client leaves, or is refused with a status, before the response has begun. */
  gone: ((refused?: number) => void) | null = null;
  readonly #body: BodyPipe | null;
  #upload: Upload | null = null;
  #web: WebRequest | null = null;
  /** False once other code was seen to have used the body of the web `Request`. */
  #pristine = true;
  #leaving: AbortController | null = null;
  #left = false;

  /** @param body `null` if the request has none */
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

  get scheme(): Received['scheme'] {
    return this.link.scheme;
  }
  get serverPort(): number {
    return this.link.serverPort;
  }
  get peer(): string {
    return this.link.peer;
  }
  get maxStatus(): number | undefined {
    return this.link.maxStatus;
  }
  /** Whether Connection names Upgrade, in HTTP/1.1: in HTTP/1.0 it means nothing (RFC 9110 section 7.8). */
  get upgradable(): boolean {
    return this.http11 && namesUpgrade(this.headers);
  }
  /** Whether the client accepts trailers. HTTP/1.0 has no chunked bodies, and so no trailers. */
  get takesTrailers(): boolean {
    return this.http11 && hasMember(joinedValue(this.headers, 'te'), 'trailers');
  }
  /** The body to forward. If other code has used the body of the web `Request`, what that has left of it. */
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

  /** Called by the connection when the client has left. */
  clientLeft(): void {
    this.#left = true;
    this.#leaving?.abort();
  }

  /**
   * The request as a web `Request`; each call returns the same object. Its signal aborts if the client leaves before
   * the end of the response.
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

/** A chunked body stays chunked, even if all of it has arrived. */
function uploadOf(framing: RequestFraming, body: BodyPipe): Upload {
  return framing.kind === 'length'
    ? new Upload(body, framing.length, body.buffered)
    : new Upload(body, null);
}

/** A web `Request`, and the body that it was built with. */
interface WebRequest {
  readonly request: Request;
  readonly body: Request['body'];
}

/** Whether somebody has used the body. `clone()` replaces the stream in `request.body`. */
function isTouched({ request, body }: WebRequest): boolean {
  if (request.body === null) return false;
  return request.body !== body || request.bodyUsed || request.body.locked;
}

/** Methods that the `Request` constructor rejects (Fetch standard, forbidden methods). */
const FORBIDDEN = /^(?:trace|track)$/i;

/** Methods with which a `Request` cannot have a body, in any case: the constructor turns them into capitals. */
const BODILESS = /^(?:get|head)$/i;

function webRequest(served: ServerRequest, signal: AbortSignal): Request {
  const { method, target, scheme, authority, headers } = served;
  const forbidden = FORBIDDEN.test(method);
  // A URL must have a path, the target `*` has none.
  const path = target === '*' ? '/*' : target;
  const request = new Request(`${scheme}://${urlHost(authority)}${path}`, {
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
  // A copy, since the reader of a web body may write to it.
  return upload.buffered === null ? byteStream(upload.reader()) : new Uint8Array(upload.buffered);
}

/** Peers that the socket itself does not tell: clients behind a proxy that passes on TCP, and those of a Unix socket. */
const peers = new WeakMap<Socket, string>();

/** From now on the peer of this socket is another than it tells by itself. */
export function rememberPeer(socket: Socket, peer: string): void {
  peers.set(socket, peer);
}

/** The peer's address in its plain form. Only this function reads it from a socket, so all code sees the same one. */
export function peerOf(socket: Socket): string {
  const { remoteAddress = '' } = socket;
  return peers.get(socket) ?? plainAddress(remoteAddress) ?? remoteAddress;
}
