import {
  fieldNames,
  HOP_BY_HOP,
  lengthOf,
  mayHaveLength,
  nominated,
  trimmed,
} from '../../http/fields.ts';
import { WEBSOCKET } from '../../http/handshake.ts';
import { isPersistent } from '../fields.ts';
import { type Framing, responseFraming, UPGRADED } from '../framing.ts';
import { quoted } from '../../http/quoted.ts';
import { ProtocolError } from '../errors.ts';

/** The head of an answer, ready to be passed on. */
export interface ResponseHead {
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
  /** The protocols that a 426 asks for (RFC 9110 section 15.5.22). */
  readonly upgrade: string | null;
}

/** The fields that do not go on as they are, or say something to the connection. */
const nameOf = fieldNames([...HOP_BY_HOP, 'content-length']);

/** Most fields of a head, as of a request's: each costs as much as a hundred bytes. */
const MOST_FIELDS = 200;

/**
 * Reads the head of an answer, out of the text that it came in: to cut it out first would be one more
 * string.
 *
 * @param text begins with a head that fits the grammar, mended where it has to be, one character per byte
 * @param end where `\r\n\r\n` is found first
 * @param method of the request: the answer to HEAD has no body whatever it says
 * @param asksUpgrade whether the request asked for a WebSocket
 * @throws ProtocolError
 */
export function parseResponseHead(
  text: string,
  end: number,
  method: string,
  asksUpgrade: boolean,
): ResponseHead {
  const statusEnd = text.indexOf('\r\n');
  const status = Number(text.slice(9, 12));
  let length: string | null = null;
  let coding: string | null = null;
  let connection: string | undefined;
  let idle: number | null = null;
  let upgrade: string | null = null;
  let lines = '';
  let fields = 0;
  /** Where the lines begin that go on in one piece. */
  let kept = statusEnd + 2;

  for (let start = kept, lineEnd; start < end; start = lineEnd + 2) {
    if (++fields > MOST_FIELDS) throw new ProtocolError('too many fields');
    lineEnd = text.indexOf('\r\n', start);
    const colon = text.indexOf(':', start);
    const name = nameOf(text, start, colon);
    if (name === '') continue;
    const value = trimmed(text, colon + 1, lineEnd);
    switch (name) {
      case 'content-length':
        // The first stays where it is.
        if (length === null) {
          length = value;
          continue;
        }
        length = `${length}, ${value}`;
        break;
      case 'transfer-encoding':
        coding = coding === null ? value : `${coding}, ${value}`;
        break;
      case 'connection':
        connection = connection ? `${connection}, ${value}` : value;
        break;
      case 'keep-alive':
        idle = idleOf(value);
        break;
      case 'upgrade':
        upgrade = upgrade === null ? value : `${upgrade}, ${value}`;
    }
    lines += text.slice(kept, start);
    kept = lineEnd + 2;
  }
  lines += text.slice(kept, end + 2);

  const http11 = text.charCodeAt(7) === 0x31;
  const coded = coding !== null && coding.toLowerCase() !== 'identity';
  const bytes = length === null ? null : bytesOf(length, status, coded);
  const framing =
    status === 101 && asksUpgrade && upgrade?.toLowerCase() === WEBSOCKET
      ? UPGRADED
      : responseFraming(status, method, bytes, coded ? coding : null);
  const named = nominated(connection);
  return {
    status,
    reason: text.slice(13, statusEnd),
    lines: passedOn(lines, named, length, bytes),
    length: bytes,
    named,
    framing,
    keepAlive:
      isPersistent(http11, connection) &&
      framing.kind !== 'close' &&
      // After 101 it is no connection of HTTP any more (RFC 9110 section 15.2.2).
      status !== 101 &&
      // Who frames a message in two ways, or in one that its version does not know, may have meant
      // another end (RFC 9112 section 6.1).
      !(coding !== null && (length !== null || !http11)),
    idle,
    upgrade: status === 426 ? upgrade : null,
  };
}

/**
 * The length that goes on with an answer. Where none may stand, whatever stands there is dropped; else
 * what is none is an error, also where it frames nothing, in answer to HEAD: nobody may pass it on
 * (RFC 9110 section 8.6), and to GET the answer would be 502 (RFC 9112 section 6.3).
 */
function bytesOf(length: string, status: number, coded: boolean): number | null {
  if (coded || !mayHaveLength(status)) return null;
  const bytes = lengthOf(length);
  if (bytes === null) throw new ProtocolError(`not a length: ${quoted(length)}`);
  return bytes;
}

/**
 * Drops what a Connection field names, and a length that does not go on: a client that believed it
 * would be fooled (RFC 9112 section 6.3, RFC 9110 section 8.6).
 *
 * @param length as it was received
 * @param bytes as it goes on
 */
function passedOn(
  lines: string,
  named: ReadonlySet<string> | null,
  length: string | null,
  bytes: number | null,
): string {
  const isList = length !== null && length.includes(',');
  if (named === null && !isList && (length === null) === (bytes === null)) return lines;
  let passed = '';
  for (let start = 0, end; start < lines.length; start = end) {
    end = lines.indexOf('\r\n', start) + 2;
    const name = lines.slice(start, lines.indexOf(':', start)).toLowerCase();
    if (named?.has(name)) continue;
    if (name !== 'content-length') passed += lines.slice(start, end);
    else if (bytes !== null)
      passed += isList ? `Content-Length: ${bytes}\r\n` : lines.slice(start, end);
  }
  return passed;
}

/** `timeout=5, max=100` -> 5000 */
function idleOf(keepAlive: string): number | null {
  const seconds = /\btimeout=(\d{1,6})\b/i.exec(keepAlive)?.[1];
  return seconds === undefined ? null : Number(seconds) * 1000;
}
