import { STATUS_CODES } from 'node:http';
import type { LightResponse } from '../http/reply.ts';
import { BodyPipe, NO_FLOW } from './body-pipe.ts';
import type { Head } from './client/answer-head.ts';
import { webAnswer } from './client/web-answer.ts';

/** Answers by the real `Response` that was made of them. */
const relayed = new WeakMap<Response, RelayedAnswer>();

/**
 * An upstream's answer on its way through our listener. Building a real `Response` with `Headers` and
 * a web stream costs more than all the rest of a small exchange, so it is built for other code alone.
 */
export class RelayedAnswer implements LightResponse {
  readonly status: number;
  /** The head as it came. */
  readonly head: Head;
  /** The body as it comes. */
  readonly pipe: BodyPipe;
  #web: { readonly response: Response; readonly body: Response['body'] } | null = null;

  constructor(head: Head, pipe: BodyPipe) {
    this.status = head.status;
    this.head = head;
    this.pipe = pipe;
  }

  /** What `response` was made of, if other code has left its body alone. */
  static behind(response: Response): RelayedAnswer | null {
    const answer = relayed.get(response);
    if (answer === undefined) return null;
    const { body, bodyUsed } = response;
    const untouched = body === answer.#web!.body && !bodyUsed && body?.locked !== true;
    return untouched ? answer : null;
  }

  toResponse(): Response {
    if (this.#web !== null) return this.#web.response;
    const response = webAnswer(this.head, this.pipe);
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
export function wholeAnswer(status: number, fields: string, bytes: Uint8Array): RelayedAnswer {
  const length = bytes.byteLength;
  const body = new BodyPipe(NO_FLOW, Infinity);
  body.push(bytes);
  body.end();
  const head: Head = {
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
  return new RelayedAnswer(head, body);
}
