import { STATUS_CODES } from 'node:http';
import { errorBody, type GatewayStatus } from '../../../exchange/gateway-error.ts';
import type { HeaderList } from '../../../http/headers.ts';
import { isHopByHop } from '../../../http/hop-by-hop.ts';
import type { BodySource } from '../../../http/upload.ts';
import { webBody } from '../../fetch/body.ts';
import { RelayedAnswer } from '../relayed-answer.ts';

/** An answer as it will stand on the wire, but for what belongs to the client's connection. */
export interface Outgoing {
  readonly status: number;
  readonly reason: string;
  readonly headers: HeaderList;
  readonly body: BodySource | null;
}

/** What to write of an answer: an upstream's own fields and body, or those of any `Response`. */
export function outgoing(answer: Response): Outgoing {
  if (answer instanceof RelayedAnswer && !answer.materialised) {
    const { status, statusText: reason, fields: headers, pipe: body } = answer;
    return { status, reason, headers, body };
  }
  const { status, statusText, body } = answer;
  return {
    status,
    // An empty reason means that nobody gave one.
    reason: statusText === '' ? (STATUS_CODES[status] ?? '') : statusText,
    headers: fieldsOf(answer.headers),
    body: body === null ? null : webBody(body),
  };
}

/** An error of the gateway's own, whole: head and body. */
export function errorAnswer(status: GatewayStatus): string {
  const body = errorBody(status);
  return (
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/json\r\n` +
    `Content-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`
  );
}

function fieldsOf(headers: Headers): HeaderList {
  const list: HeaderList = [];
  headers.forEach((value, name) => {
    if (!isHopByHop(name)) list.push(name, value);
  });
  return list;
}
