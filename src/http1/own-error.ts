import { STATUS_CODES } from 'node:http';
import { errorBody, type GatewayStatus } from '../http/gateway-error.ts';
import { BodyPipe, NO_FLOW } from './body-pipe.ts';
import type { Head } from './client/answer-head.ts';
import { RelayedAnswer } from './relayed-answer.ts';

/**
 * An error of the gateway's own, by the short cut of relayed answers: whoever sends what no route
 * matches must not cost more than those whose requests are forwarded.
 */
export function ownError(status: GatewayStatus): RelayedAnswer {
  const bytes = Buffer.from(errorBody(status));
  const length = bytes.byteLength;
  const body = new BodyPipe(NO_FLOW, Infinity);
  body.push(bytes);
  body.end();
  const head: Head = {
    status,
    reason: STATUS_CODES[status]!,
    lines: `Content-Type: application/json\r\nContent-Length: ${length}\r\n`,
    length,
    framing: { kind: 'length', length },
    named: null,
    keepAlive: true,
    idle: null,
    upgrade: null,
  };
  return new RelayedAnswer(head, body);
}
