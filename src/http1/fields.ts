import type { HeaderList } from '../http/headers.ts';
import { hasMember, trimmed } from '../http/list.ts';

/** Fields as they stand on the wire, each with the end of its line. */
export function fieldLines(fields: HeaderList): string {
  let lines = '';
  for (let i = 0; i < fields.length; i += 2) lines += `${fields[i]}: ${fields[i + 1]}\r\n`;
  return lines;
}

/** Fields one by one, of lines that are known to be good: the other way round. */
export function fieldsOf(lines: string): HeaderList {
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
