import type { HeaderList } from '../../http/fields.ts';
import type { Received } from '../../http/messages.ts';
import { originForm } from '../../http/target.ts';
import { type BodySource, Upload } from '../../http/upload.ts';
import { webBody } from '../../http/web-body.ts';

/** What a listener knows about the connection of a Web `Request`, which has no access to its socket. */
export interface Connection {
  /** Address of the socket's peer; `''` if unknown. */
  readonly peer: string;
  readonly serverPort: number;
  /** Reads the body. Default: `webBody`, chunk by chunk. */
  readonly bodyOf?: (request: Request, length: number | null) => BodySource;
  /**
   * The client's Accept-Encoding, `''` if it sent none, on platforms that overwrite the field. Default: the field of
   * the request.
   */
  readonly acceptEncoding?: string | undefined;
  /** True if the response can switch protocols. Default: false, as `Response` cannot express it. */
  readonly upgradable?: boolean;
}

/**
 * The port in a URL, which is that of Host and thus the one that the client connected to, or a proxy in front says so.
 * 0: the scheme's default.
 */
export function portOf(url: string): number {
  return Number(/^https?:\/\/[^/?#]*:(\d{1,5})(?:[/?#]|$)/.exec(url)?.[1] ?? 0);
}

/** Converts a Web `Request`. */
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
  /** The constructor of `Response` takes none above, and servers that find another nonetheless send 200. */
  readonly maxStatus = 599;
  /** A Web `Response` has no trailers. */
  readonly takesTrailers = false;
  readonly #request: Request;

  constructor(request: Request, connection: Connection) {
    this.#request = request;
    this.method = request.method;
    // Without a URL parser, which would change the bytes. On Bun the URL has no host if Host is empty.
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

  /** There are no interim responses with a Web `Response`. */
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
 * The upload of a request; `null` if its fields announce no body. `body` is a last resort: workerd has an empty stream
 * there even without a body, and accessing it creates a stream on every runtime, after which `blob()` on Bun has no
 * type.
 */
function uploadOf(request: Request, bodyOf: NonNullable<Connection['bodyOf']>): Upload | null {
  const { headers, method } = request;
  // `Request` cannot have a body with these methods (Fetch standard, Request constructor).
  if (method === 'GET' || method === 'HEAD') return null;
  const field = headers.get('content-length');
  if (field === '0') return null;
  // With HTTP/2, a body needs neither field.
  if (field === null && !headers.has('transfer-encoding') && isBodiless(request)) return null;
  const length = field === null ? null : Number(field);
  return new Upload(bodyOf(request, length), length);
}

/** True if there is no body. An unopened request counts as having one, as accessing `body` would start reading. */
function isBodiless(request: Request): boolean {
  return !isUnopened(request) && request.body === null;
}

/**
 * True for a stand-in for a `Request` that creates the real one on the first access to `body`, as @hono/node-server
 * provides. That access starts reading from the server's stream, which would block an app that reads this stream
 * directly.
 */
export function isUnopened(request: Request): boolean {
  return bodyGetterOf(request) !== bodyGetterOf(Request.prototype) && !hasMadeRequest(request);
}

function bodyGetterOf(object: object): unknown {
  for (let owner: object | null = object; owner !== null; owner = Object.getPrototypeOf(owner)) {
    const property = Object.getOwnPropertyDescriptor(owner, 'body');
    if (property !== undefined) return property.get;
  }
  return undefined;
}

/** True if the real request exists: the stand-in keeps it in a property whose name is not part of its API. */
function hasMadeRequest(standIn: object): boolean {
  return Reflect.ownKeys(standIn).some(
    (name) => Object.getOwnPropertyDescriptor(standIn, name)?.value instanceof Request,
  );
}
