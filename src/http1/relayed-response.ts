import { STATUS_CODES } from 'node:http';
import { webHeaders } from '../http/fields.ts';
import type { LightResponse } from '../http/messages.ts';
import { TransportError } from '../http/transport.ts';
import { byteStream } from '../http/web-body.ts';
import { BodyPipe, NO_FLOW } from './body-pipe.ts';
import type { ResponseHead } from './client/parse-response-head.ts';
import { parseFieldLines } from './fields.ts';

/** The relayed response behind each web `Response` that `toResponse` has built. */
const relayed = new WeakMap<Response, RelayedResponse>();

/**
 * An upstream's response on its way to our listener. A web `Response` is built only for code that asks for one: with
 * `Headers` and a web stream it costs more than the rest of a small exchange.
 */
export class RelayedResponse implements LightResponse {
  readonly status: number;
  readonly head: ResponseHead;
  /** The body, as it arrives. */
  readonly pipe: BodyPipe;
  #web: { readonly response: Response; readonly body: Response['body'] } | null = null;

  constructor(head: ResponseHead, pipe: BodyPipe) {
    this.status = head.status;
    this.head = head;
    this.pipe = pipe;
  }

  /** The relayed response that `response` was built from, if nobody has used the body of `response`; else `null`. */
  static behind(response: Response): RelayedResponse | null {
    const source = relayed.get(response);
    if (source === undefined) return null;
    const { body, bodyUsed } = response;
    const untouched = body === source.#web!.body && !bodyUsed && body?.locked !== true;
    return untouched ? source : null;
  }

  onBrokenOff(callback: (error: Error) => void): void {
    // Most bodies are complete by now. What follows a 101 has no end of its own.
    if (this.pipe.complete || this.head.framing.kind === 'upgraded') return;
    this.pipe.whenFailed((error) => {
      if (error instanceof TransportError && error.blameless) return;
      callback(new Error(`response ${this.status} broke off: ${error.message}`, { cause: error }));
    });
  }

  toResponse(): Response {
    if (this.#web !== null) return this.#web.response;
    const response = webResponse(this.head, this.pipe);
    this.#web = { response, body: response.body };
    relayed.set(response, this);
    return response;
  }
}

/**
 * A complete response with a body of known bytes.
 *
 * @param fields lines that end with CRLF; Content-Length is added
 */
export function bufferedResponse(
  status: number,
  fields: string,
  bytes: Uint8Array,
): RelayedResponse {
  const length = bytes.byteLength;
  const body = new BodyPipe(NO_FLOW, Infinity);
  body.push(bytes);
  body.end();
  const head: ResponseHead = {
    status,
    reason: STATUS_CODES[status] ?? '',
    lines: `${fields}Content-Length: ${length}\r\n`,
    length,
    framing: { kind: 'length', length },
    named: null,
    keepAlive: true,
    idle: null,
    upgrade: null,
  };
  return new RelayedResponse(head, body);
}

/** Statuses for which the `Response` constructor rejects a body (Fetch standard, null body status). */
const NULL_BODY: ReadonlySet<number> = new Set([101, 103, 204, 205, 304]);

/**
 * Builds a web `Response`. Its body is a copy of the bytes if all have arrived, else a stream that reads from the
 * connection at the pace of its reader.
 */
function webResponse(head: ResponseHead, body: BodyPipe): Response {
  const { status, reason, lines, upgrade } = head;
  const content = bodyOf(head, body);
  const fields = parseFieldLines(lines);
  if (upgrade !== null) fields.push('Upgrade', upgrade);
  const init = { statusText: reason, headers: webHeaders(fields) };
  const fits = status >= 200 && status <= 599 && (content === null || !NULL_BODY.has(status));
  return fits
    ? new Response(content, { ...init, status })
    : withStatus(new Response(content, init), status);
}

function bodyOf(
  { framing }: ResponseHead,
  body: BodyPipe,
): ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer> | null {
  if (framing.kind === 'none' || framing.kind === 'upgraded') return null;
  if (framing.kind === 'length' && framing.length === 0) return null;
  // A copy, since the reader of a web body may write to it.
  return body.buffered === null ? byteStream(body) : new Uint8Array(body.buffered);
}

/** Sets a status that the `Response` constructor rejects: 101, 999, or 205 with a body. */
function withStatus(response: Response, status: number): Response {
  return Object.defineProperties(response, {
    status: { value: status },
    ok: { value: status >= 200 && status < 300 },
  });
}
