import { fieldNames } from '../../../http/field-names.ts';
import { WEBSOCKET } from '../../../http/handshake.ts';
import { HOP_BY_HOP, nominated } from '../../../http/hop-by-hop.ts';
import { trimmed } from '../../../http/list.ts';
import { isPersistent } from '../fields.ts';
import type { Framing } from '../framing.ts';
import { ProtocolError, quoted } from '../protocol-error.ts';

/** The head of an answer, ready to be passed on. */
export interface Head {
  readonly status: number;
  readonly reason: string;
  /** The fields as sent, each with the end of its line, less what belongs to the connection. */
  readonly lines: string;
  /** Bytes of the body by its Content-Length, if it goes on with one. */
  readonly length: number | null;
  /** Further fields of the connection by the message's own account, in lower case. */
  readonly named: ReadonlySet<string> | null;
  readonly framing: Framing;
  /** Whether the connection may carry another exchange. */
  readonly keepAlive: boolean;
  /** Milliseconds that the server will keep the connection idle, if it says so. */
  readonly idle: number | null;
}

/** The fields that do not go on as they are, or say something to the connection. */
const nameOf = fieldNames([...HOP_BY_HOP, 'content-length']);

const NO_BODY: Framing = { kind: 'none' };
const CHUNKED: Framing = { kind: 'chunked' };
const UNTIL_CLOSE: Framing = { kind: 'close' };
const SWITCHED: Framing = { kind: 'switched' };

/**
 * Reads the head of an answer, out of the text that it came in: to cut it out first would be one more
 * string.
 *
 * @param text begins with a head that fits the grammar, mended where it has to be, one character per byte
 * @param end where `\r\n\r\n` is found first
 * @param method of the request: the answer to HEAD has no body whatever it says
 * @param switches whether the request asked for a WebSocket
 * @throws ProtocolError
 */
export function parseHead(text: string, end: number, method: string, switches = false): Head {
  const statusEnd = text.indexOf('\r\n');
  const status = Number(text.slice(9, 12));
  let length: string | null = null;
  let coding: string | null = null;
  let connection: string | undefined;
  let keepAlive: string | null = null;
  let upgrade: string | null = null;
  let lines = '';
  /** Where the lines begin that go on in one piece. */
  let kept = statusEnd + 2;

  for (let start = kept, lineEnd; start < end; start = lineEnd + 2) {
    lineEnd = text.indexOf('\r\n', start);
    const colon = text.indexOf(':', start);
    const name = nameOf(text, start, colon);
    if (name === '') continue;
    const value = trimmed(text, colon + 1, lineEnd);
    switch (name) {
      case 'content-length':
        if (length !== null && length !== value)
          throw new ProtocolError('two lengths for one body');
        // The same length twice is one length (RFC 9110 section 8.6).
        if (length !== null) break;
        length = value;
        continue;
      case 'transfer-encoding':
        coding = coding === null ? value : `${coding}, ${value}`;
        break;
      case 'connection':
        connection = connection ? `${connection}, ${value}` : value;
        break;
      case 'keep-alive':
        keepAlive = value;
        break;
      case 'upgrade':
        upgrade = upgrade === null ? value : `${upgrade}, ${value}`;
    }
    lines += text.slice(kept, start);
    kept = lineEnd + 2;
  }
  lines += text.slice(kept, end + 2);

  // After 101 it is no connection of HTTP any more (RFC 9110 section 15.2.2).
  const persistent = status !== 101 && isPersistent(text.charCodeAt(7) === 0x31, connection);
  const framing =
    status === 101 && switches && upgrade?.toLowerCase() === WEBSOCKET
      ? SWITCHED
      : framingOf(status, method, length, coding);
  const named = nominated(connection);
  const fooled = length !== null && (coding !== null || status < 200);
  return {
    status,
    reason: text.slice(13, statusEnd),
    lines: passedOn(lines, named, fooled),
    length: length === null || fooled ? null : Number(length),
    named,
    framing,
    keepAlive: persistent && framing.kind !== 'close' && !(coding !== null && length !== null),
    idle: keepAlive === null ? null : idleOf(keepAlive),
  };
}

function framingOf(
  status: number,
  method: string,
  length: string | null,
  coding: string | null,
): Framing {
  if (method === 'HEAD' || status < 200 || status === 204 || status === 304) return NO_BODY;
  if (coding !== null) {
    if (coding.toLowerCase() === 'chunked') return CHUNKED;
    throw new ProtocolError(`a transfer coding that nobody asked for: ${quoted(coding)}`);
  }
  if (length === null) return UNTIL_CLOSE;
  if (!/^\d{1,15}$/.test(length)) throw new ProtocolError(`not a length: ${quoted(length)}`);
  return length === '0' ? NO_BODY : { kind: 'length', length: Number(length) };
}

/**
 * Drops what a Connection field names, and a length beside a transfer coding or of an interim answer:
 * a client that believed it would be fooled (RFC 9112 section 6.3, RFC 9110 section 8.6).
 */
function passedOn(lines: string, named: ReadonlySet<string> | null, fooled: boolean): string {
  if (named === null && !fooled) return lines;
  let passed = '';
  for (let start = 0, end; start < lines.length; start = end) {
    end = lines.indexOf('\r\n', start) + 2;
    const name = lines.slice(start, lines.indexOf(':', start)).toLowerCase();
    if (named?.has(name) || (fooled && name === 'content-length')) continue;
    passed += lines.slice(start, end);
  }
  return passed;
}

/** `timeout=5, max=100` -> 5000 */
function idleOf(keepAlive: string): number | null {
  const seconds = /\btimeout=(\d{1,6})\b/i.exec(keepAlive)?.[1];
  return seconds === undefined ? null : Number(seconds) * 1000;
}
