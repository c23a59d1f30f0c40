import {
  fieldNames,
  HOP_BY_HOP,
  lengthOf,
  mayHaveLength,
  nominated,
  trimmed,
} from '../../http/fields.ts';
import { WEBSOCKET } from '../../http/websocket.ts';
import { isPersistent } from '../fields.ts';
import { type Framing, responseFraming, UPGRADED } from '../framing.ts';
import { quoted } from '../../http/quoted.ts';
import { ProtocolError } from '../errors.ts';

/** The head of a response, ready to be forwarded. */
export interface ResponseHead {
  readonly status: number;
  readonly reason: string;
  /** The raw field lines, each with its CRLF, without hop-by-hop fields. */
  readonly lines: string;
  /** Bytes of the body by Content-Length, if `lines` has that field. */
  readonly length: number | null;
  /** Names of the fields listed in Connection, in lower case; they are hop-by-hop as well. */
  readonly named: ReadonlySet<string> | null;
  readonly framing: Framing;
  /** Whether the connection may carry another exchange. */
  readonly keepAlive: boolean;
  /** Milliseconds that the server will keep the connection idle, by its Keep-Alive field. */
  readonly idle: number | null;
  /** The protocols that a 426 asks for (RFC 9110 section 15.5.22). */
  readonly upgrade: string | null;
}

/** The fields that are not forwarded unchanged, or concern the connection. */
const nameOf = fieldNames([...HOP_BY_HOP, 'content-length']);

/** Most fields of a response's head, as of a request's: each costs as much as a hundred bytes. */
export const MAX_FIELDS = 200;

/**
 * Parses the head of a response. `text` may go on behind the head: cutting the head out first would cost a string.
 *
 * @param text begins with a head that matches the strict grammar, one character per byte
 * @param end offset of the first `\r\n\r\n`
 * @param method method of the request: a response to HEAD has no body
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
  /** Start of the lines that are forwarded and not copied to `lines` yet. */
  let kept = statusEnd + 2;

  for (let start = kept, lineEnd; start < end; start = lineEnd + 2) {
    if (++fields > MAX_FIELDS) throw new ProtocolError('too many fields');
    lineEnd = text.indexOf('\r\n', start);
    const colon = text.indexOf(':', start);
    const name = nameOf(text, start, colon);
    if (name === '') continue;
    const value = trimmed(text, colon + 1, lineEnd);
    switch (name) {
      case 'content-length':
        // The first one keeps its place among the lines.
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
      // After a 101 the connection does not carry HTTP any more (RFC 9110 section 15.2.2).
      status !== 101 &&
      // With both framings, or with Transfer-Encoding in HTTP/1.0, the server may see another end of the body
      // (RFC 9112 section 6.1).
      !(coding !== null && (length !== null || !http11)),
    idle,
    upgrade: status === 426 ? upgrade : null,
  };
}

/**
 * The Content-Length to forward. `null` where a response must not have one: the field is dropped, whatever its value.
 * Elsewhere an invalid value is an error, even in a response to HEAD: it must not be forwarded (RFC 9110 section 8.6),
 * and a response to GET with it would be a 502 (RFC 9112 section 6.3).
 *
 * @throws ProtocolError
 */
function bytesOf(length: string, status: number, coded: boolean): number | null {
  if (coded || !mayHaveLength(status)) return null;
  const bytes = lengthOf(length);
  if (bytes === null) throw new ProtocolError(`not a length: ${quoted(length)}`);
  return bytes;
}

/**
 * Removes the fields listed in Connection, and a Content-Length that must not be forwarded: a client would use it for
 * framing (RFC 9112 section 6.3, RFC 9110 section 8.6).
 *
 * @param length values received, joined by commas
 * @param bytes value to forward; `null`: none
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
