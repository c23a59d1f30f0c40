import { hasMember, type HeaderList, trimmed } from '../http/fields.ts';

/** Fields as they stand on the wire, each with the end of its line. */
export function fieldLines(fields: HeaderList): string {
  let lines = '';
  for (let i = 0; i < fields.length; i += 2) lines += `${fields[i]}: ${fields[i + 1]}\r\n`;
  return lines;
}

/** Fields one by one, of lines that are known to be good: the other way round. */
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
 * Fields of an answer without the spaces before their colons, which a proxy must remove; in a request
 * they must be refused (RFC 9112 section 5.1).
 *
 * @param text lines, each after the end of another
 */
export function withoutSpaceBeforeColon(text: string): string {
  return text.replace(SPACE_BEFORE_COLON, '$1:');
}

/** Whether the connection outlives the message (RFC 9112 section 9.3); all Connection fields joined. */
export function isPersistent(http11: boolean, connection: string | undefined): boolean {
  return !hasMember(connection, 'close') && (http11 || hasMember(connection, 'keep-alive'));
}

/** Bytes that become text faster than they are searched. */
const SHORT_BYTES = 2048;

/**
 * The head of a message as far as it is here, one character per byte, and what came behind it unless
 * that is long: a body need not become text.
 *
 * @param from where the head begins
 * @param limit bytes of a head at most; of a longer one, 4 more are given, which hold no end of it
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
