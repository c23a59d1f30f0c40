import { hasMember, type HeaderList, trimmed } from '../http/fields.ts';

/** Serializes fields as lines that end with CRLF. */
export function fieldLines(fields: HeaderList): string {
  let lines = '';
  for (let i = 0; i < fields.length; i += 2) lines += `${fields[i]}: ${fields[i + 1]}\r\n`;
  return lines;
}

/** The inverse of `fieldLines`. The lines must be valid. */
export function parseFieldLines(lines: string): HeaderList {
  const fields: HeaderList = [];
  for (let start = 0; start < lines.length;) {
    const end = lines.indexOf('\r\n', start);
    const colon = lines.indexOf(':', start);
    fields.push(lines.slice(start, colon), trimmed(lines, colon + 1, end));
    start = end + 2;
  }
  return fields;
}

const SPACE_BEFORE_COLON = /(\r\n[!#$%&'*+\-.^_`|~\w]+)[\t ]+:/g;

/**
 * Removes blanks before colons: a proxy must do so in responses, and must refuse requests that have them (RFC 9112
 * section 5.1).
 *
 * @param text lines that each follow a CRLF
 */
export function withoutSpaceBeforeColon(text: string): string {
  return text.replace(SPACE_BEFORE_COLON, '$1:');
}

/**
 * Whether the connection persists after the message (RFC 9112 section 9.3).
 *
 * @param connection values of all Connection fields, joined by commas
 */
export function isPersistent(http11: boolean, connection: string | undefined): boolean {
  return !hasMember(connection, 'close') && (http11 || hasMember(connection, 'keep-alive'));
}

/** Up to this many bytes it is faster to decode all than to search for the end of the head first. */
const SHORT_BYTES = 2048;

/**
 * The head at `from` as text, one character per byte, as far as it has arrived. What follows the head is included only
 * if it is short.
 *
 * @param limit most bytes of a head; of a longer head, `limit + 4` bytes are returned, without its end
 */
export function headText(input: Buffer, from: number, limit: number): string {
  const isShort = input.byteLength - from <= SHORT_BYTES;
  const end = isShort ? -1 : input.indexOf('\r\n\r\n', from, 'latin1');
  return input.toString(
    'latin1',
    from,
    (end === -1 ? from + limit : Math.min(end, from + limit)) + 4,
  );
}
