import { STATUS_CODES } from 'node:http';
import { errorBody, type GatewayStatus } from '../../../exchange/gateway-error.ts';
import type { HeaderList } from '../../../http/headers.ts';
import { isHopByHop } from '../../../http/hop-by-hop.ts';
import type { BodySource } from '../../../http/upload.ts';
import { webBody } from '../../fetch/body.ts';
import { fieldLines } from '../fields.ts';
import { RelayedAnswer } from '../relayed-answer.ts';

/** An answer as it will stand on the wire, but for what belongs to the client's connection. */
export interface Outgoing {
  readonly status: number;
  readonly reason: string;
  /** The fields, each with the end of its line. */
  readonly lines: string;
  /** Bytes of the body by its Content-Length, if it has one. */
  readonly length: number | null;
  readonly body: BodySource | null;
}

/** What to write of an answer: an upstream's own fields and body, or those of any `Response`. */
export function outgoing(answer: Response): Outgoing {
  if (answer instanceof RelayedAnswer && !answer.materialised) {
    const { status, reason, lines, length } = answer.head;
    return { status, reason, lines, length, body: answer.pipe };
  }
  const { status, statusText, headers, body } = answer;
  const length = headers.get('content-length');
  return {
    status,
    // An empty reason means that nobody gave one.
    reason: statusText === '' ? (STATUS_CODES[status] ?? '') : statusText,
    lines: linesOf(headers),
    length: length === null ? null : Number(length),
    body: body === null ? null : webBody(body),
  };
}

/**
 * An error of the gateway's own, whole: head and body.
 *
 * @param method of the request, if its head has been read: HEAD gets no body (RFC 9110 section 9.3.2)
 */
export function errorAnswer(status: GatewayStatus, method?: string): string {
  const body = errorBody(status);
  const head =
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/json\r\n` +
    `Content-Length: ${body.length}\r\nConnection: close\r\n\r\n`;
  return method === 'HEAD' ? head : head + body;
}

function linesOf(headers: Headers): string {
  const list: HeaderList = [];
  headers.forEach((value, name) => {
    if (!isHopByHop(name)) list.push(name, value);
  });
  return fieldLines(list);
}
