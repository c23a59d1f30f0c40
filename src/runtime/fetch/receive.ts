import type { HeaderList } from '../../http/fields.ts';
import type { Received } from '../../http/messages.ts';
import { originForm } from '../../http/target.ts';
import { type BodySource, Upload } from '../../http/upload.ts';
import { webBody } from '../../http/web-body.ts';

/** What the listener adds to a web `Request`, which knows nothing of sockets. */
export interface Connection {
  /** Address of the socket's peer, `''` when unknown. */
  readonly peer: string;
  readonly serverPort: number;
  /** How a body is read. Default: chunk by chunk, as it comes. */
  readonly bodyOf?: (request: Request, length: number | null) => BodySource;
  /**
   * What the client said in Accept-Encoding, `''` for nothing, where the platform has put a value of
   * its own in the place of it.
   */
  readonly acceptEncoding?: string | undefined;
  /** Whether an answer can be one to an upgrade. Default: no, as `Response` has no means for it. */
  readonly upgradable?: boolean;
}

/** Reads a web `Request`. */
export function receiveWeb(request: Request, connection: Connection): Received {
  return new WebReceived(request, connection);
}

class WebReceived implements Received {
  readonly method: string;
  readonly target: string;
  readonly scheme: 'http' | 'https';
  readonly authority: string;
  readonly serverPort: number;
  readonly peer: string;
  readonly headers: HeaderList;
  readonly upgradable: boolean;
  readonly upload: Upload | null;
  /** A web response has none. */
  readonly takesTrailers = false;
  readonly #request: Request;

  constructor(request: Request, connection: Connection) {
    this.#request = request;
    this.method = request.method;
    // No URL parser: it would change the bytes, and Bun's URL has no host where Host is empty.
    this.target = originForm(request.url);
    this.scheme = request.url.startsWith('https:') ? 'https' : 'http';
    this.authority = request.headers.get('host') ?? '';
    this.serverPort = connection.serverPort;
    this.peer = connection.peer;
    this.headers = fieldsOf(request, connection.acceptEncoding);
    this.upgradable = connection.upgradable ?? false;
    this.upload = uploadOf(request, connection.bodyOf ?? webBody);
  }

  onGone(callback: () => void): void {
    this.#request.signal.addEventListener('abort', () => callback(), { once: true });
  }

  /** A web response has no others before it. */
  inform(): void {}
}

function fieldsOf({ headers }: Request, acceptEncoding: string | undefined): HeaderList {
  const list: HeaderList = [];
  headers.forEach((value, name) => {
    if (acceptEncoding === undefined || name !== 'accept-encoding') list.push(name, value);
    else if (acceptEncoding !== '') list.push(name, acceptEncoding);
  });
  return list;
}

/**
 * `null` unless the request says that it has a body: workerd shows an empty stream where there is
 * none, and asking for `body` makes a stream on every runtime; on Bun, what `blob()` gives has no type
 * after that.
 */
function uploadOf(request: Request, bodyOf: NonNullable<Connection['bodyOf']>): Upload | null {
  const { headers, method } = request;
  // fetch refuses a body on these (Fetch standard, Request constructor).
  if (method === 'GET' || method === 'HEAD') return null;
  const field = headers.get('content-length');
  if (field === '0') return null;
  // HTTP/2 needs neither field.
  if (field === null && !headers.has('transfer-encoding') && isBodiless(request)) return null;
  const length = field === null ? null : Number(field);
  return new Upload(bodyOf(request, length), length);
}

/** Where asking would begin to read it, a body is taken to be there. */
function isBodiless(request: Request): boolean {
  return !isUnopened(request) && request.body === null;
}

/**
 * True for an object that stands in for a `Request` and makes the real one when it is first asked for
 * `body`, as @hono/node-server hands out. Asking begins to read from the server's stream, and so holds
 * up an app that reads that stream by itself.
 */
export function isUnopened(request: Request): boolean {
  return bodyGetterOf(request) !== bodyGetterOf(Request.prototype) && !hasMadeRequest(request);
}

function bodyGetterOf(object: object): unknown {
  for (let one: object | null = object; one !== null; one = Object.getPrototypeOf(one)) {
    const property = Object.getOwnPropertyDescriptor(one, 'body');
    if (property !== undefined) return property.get;
  }
  return undefined;
}

/** It keeps the real one, under a name that is its own business. */
function hasMadeRequest(standIn: object): boolean {
  return Reflect.ownKeys(standIn).some(
    (name) => Object.getOwnPropertyDescriptor(standIn, name)?.value instanceof Request,
  );
}
