import { WEBSOCKET } from '../../http/handshake.ts';
import type { Framing } from '../framing.ts';
import type { Outgoing } from './outgoing.ts';

/** What of a request decides how its answer is written. */
export interface Asked {
  readonly method: string;
  readonly http11: boolean;
}

const NONE: Framing = { kind: 'none' };
const CHUNKED: Framing = { kind: 'chunked' };
const UNTIL_CLOSE: Framing = { kind: 'close' };

/** Where the body of an answer will end (RFC 9112 section 6.3). */
export function answerFraming(answer: Outgoing, { method, http11 }: Asked): Framing {
  const { status, length } = answer;
  if (method === 'HEAD' || status < 200 || status === 204 || status === 304) return NONE;
  if (length !== null) return { kind: 'length', length };
  if (answer.body === null) return { kind: 'length', length: 0 };
  return http11 ? CHUNKED : UNTIL_CLOSE;
}

/**
 * The head of an answer, one character per byte, up to and including the empty line: reason and
 * fields as they are, and what the client's connection needs to know. No field is invented, as
 * RFC 9110 section 6.6.1 leaves Date to the origin server.
 *
 * @param keep whether the connection stays for another request
 */
export function answerHead(
  { status, reason, lines, length, upgrade }: Outgoing,
  framing: Framing,
  { http11 }: Asked,
  keep: boolean,
): string {
  let head = `HTTP/1.1 ${status} ${reason}\r\n${lines}`;
  if (framing.kind === 'chunked') head += 'Transfer-Encoding: chunked\r\n';
  else if (framing.kind === 'length' && length === null) head += 'Content-Length: 0\r\n';
  const option = keep ? (http11 ? '' : 'keep-alive') : 'close';
  if (upgrade !== null) {
    const options = option === '' ? 'Upgrade' : `Upgrade, ${option}`;
    head += `Upgrade: ${upgrade}\r\nConnection: ${options}\r\n`;
  } else if (option !== '') {
    head += `Connection: ${option}\r\n`;
  }
  return `${head}\r\n`;
}

/** The head of a 101. Connection and Upgrade speak of one connection: the client's has its own. */
export function switchingHead({ reason, lines }: Outgoing): string {
  const switched = `Connection: Upgrade\r\nUpgrade: ${WEBSOCKET}\r\n`;
  return `HTTP/1.1 101 ${reason}\r\n${lines}${switched}\r\n`;
}
