import { STATUS_CODES } from 'node:http';
import { errorBody, type GatewayStatus } from '../../http/gateway-error.ts';
import { lengthOf, mayHaveLength } from '../../http/content-length.ts';
import { type HeaderList, webHeaders } from '../../http/headers.ts';
import { isHopByHop } from '../../http/hop-by-hop.ts';
import { type Reply, responseOf } from '../../http/reply.ts';
import type { BodySource } from '../../http/upload.ts';
import { webBody } from '../../http/web-body.ts';
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
  /** The protocols that a 426 asks for. */
  readonly upgrade: string | null;
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
  const { status, reason, lines, length, upgrade } = head;
  return { status, reason, lines, length, body: pipe, upgrade };
}

/** Other code has had the answer in its hands: its body is as it was, its fields need not be. */
function outgoingSeen(response: Response, relayed: RelayedAnswer): Outgoing {
  const { head, pipe } = relayed;
  const seen = headOf(response);
  const before = linesOf(webHeaders(fieldsOf(head.lines)), head.length);
  const same = seen.lines === before && seen.upgrade === head.upgrade;
  return same ? outgoingRelayed(relayed) : { ...seen, body: pipe };
}

/** @throws TypeError when there is nothing left of the body to send */
function outgoingWeb(response: Response): Outgoing {
  const { body, bodyUsed } = response;
  if (bodyUsed || body?.locked === true) throw new TypeError('the body was read by somebody else');
  return { ...headOf(response), body: body === null ? null : webBody(response) };
}

function headOf({ status, statusText, headers }: Response): Omit<Outgoing, 'body'> {
  const length = mayHaveLength(status) ? lengthOf(headers.get('content-length') ?? '') : null;
  return {
    status,
    // An empty reason means that nobody gave one.
    reason: statusText === '' ? (STATUS_CODES[status] ?? '') : statusText,
    lines: linesOf(headers, length),
    length,
    upgrade: status === 426 ? headers.get('upgrade') : null,
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

/** @param length as it goes on: what is none does not */
function linesOf(headers: Headers, length: number | null): string {
  const list: HeaderList = [];
  headers.forEach((value, name) => {
    if (name !== 'content-length') {
      if (!isHopByHop(name)) list.push(name, value);
    } else if (length !== null) list.push(name, String(length));
  });
  return fieldLines(list);
}
