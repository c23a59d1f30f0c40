import { STATUS_CODES } from 'node:http';
import { webHeaders } from '../http/fields.ts';
import type { LightResponse } from '../http/messages.ts';
import { byteStream } from '../http/web-body.ts';
import { BodyPipe, NO_FLOW } from './body-pipe.ts';
import type { ResponseHead } from './client/parse-response-head.ts';
import { parseFieldLines } from './fields.ts';

/** Answers by the real `Response` that was made of them. */
const relayed = new WeakMap<Response, RelayedResponse>();

/**
 * An upstream's answer on its way through our listener. Building a real `Response` with `Headers` and
 * a web stream costs more than all the rest of a small exchange, so it is built for other code alone.
 */
export class RelayedResponse implements LightResponse {
  readonly status: number;
  /** The head as it came. */
  readonly head: ResponseHead;
  /** The body as it comes. */
  readonly pipe: BodyPipe;
  #web: { readonly response: Response; readonly body: Response['body'] } | null = null;

  constructor(head: ResponseHead, pipe: BodyPipe) {
    this.status = head.status;
    this.head = head;
    this.pipe = pipe;
  }

  /** What `response` was made of, if other code has left its body alone. */
  static behind(response: Response): RelayedResponse | null {
    const answer = relayed.get(response);
    if (answer === undefined) return null;
    const { body, bodyUsed } = response;
    const untouched = body === answer.#web!.body && !bodyUsed && body?.locked !== true;
    return untouched ? answer : null;
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
 * An answer that is all here.
 *
 * @param fields each with the end of its line; Content-Length is added
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

/** Statuses that `Response` refuses to build with a body (Fetch standard, null body status). */
const NULL_BODY: ReadonlySet<number> = new Set([101, 103, 204, 205, 304]);

/**
 * A web `Response` of an answer: of bytes when all of them are here, else of a stream that reads
 * from the connection as the client reads from it.
 */
export function webResponse(head: ResponseHead, body: BodyPipe): Response {
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
  // A copy: whoever reads it may write to it.
  return body.buffered === null ? byteStream(body) : new Uint8Array(body.buffered);
}

/** No `Response` can be made with a 101 or a 999, or with a body in a 205; it can only be told later. */
function withStatus(response: Response, status: number): Response {
  return Object.defineProperties(response, {
    status: { value: status },
    ok: { value: status >= 200 && status < 300 },
  });
}
