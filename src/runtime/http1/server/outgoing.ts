import { STATUS_CODES } from 'node:http';
import { errorBody, type GatewayStatus } from '../../../exchange/gateway-error.ts';
import { type HeaderList, webHeaders } from '../../../http/headers.ts';
import { isHopByHop } from '../../../http/hop-by-hop.ts';
import { type Reply, responseOf } from '../../../http/reply.ts';
import type { BodySource } from '../../../http/upload.ts';
import { webBody } from '../../fetch/body.ts';
import { fieldLines, fieldsOf } from '../fields.ts';
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

/**
 * What to write of a reply: an upstream's own fields and body, or those of any `Response`.
 *
 * @throws TypeError when it is none, or its body is gone
 */
export function outgoing(reply: Reply): Outgoing {
  if (reply instanceof RelayedAnswer) return outgoingRelayed(reply);
  const response = responseOf(reply);
  const relayed = RelayedAnswer.behind(response);
  return relayed === null ? outgoingWeb(response) : outgoingSeen(response, relayed);
}

function outgoingRelayed({ head, pipe }: RelayedAnswer): Outgoing {
  const { status, reason, lines, length } = head;
  return { status, reason, lines, length, body: pipe };
}

/** Other code has had the answer in its hands: its body is as it was, its fields need not be. */
function outgoingSeen(response: Response, relayed: RelayedAnswer): Outgoing {
  const { head, pipe } = relayed;
  const same = linesOf(response.headers) === linesOf(webHeaders(fieldsOf(head.lines)));
  return same ? outgoingRelayed(relayed) : { ...outgoingWeb(response), body: pipe };
}

/** @throws TypeError when there is nothing left of the body to send */
function outgoingWeb({ status, statusText, headers, body, bodyUsed }: Response): Outgoing {
  if (bodyUsed || body?.locked === true) throw new TypeError('the body was read by somebody else');
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
