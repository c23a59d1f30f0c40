import { Broken, type Field, Unfinished, withoutSpace } from './message.ts';

/**
 * A second reader of HTTP/1.1, written from RFC 9112 and from what the README says that the gateway
 * takes, and sharing no line with it. It has all bytes at once, so that whatever depends on how a
 * stream was cut shows as a difference. Slow and plain on purpose.
 */
export interface Text {
  readonly bytes: string;
  at: number;
}

/** What the two directions do not have in common. */
export interface Strictness {
  /** Whether a bare LF ends a line of a head: nginx, and so we, take that from servers alone. */
  readonly bareLf: boolean;
  /** Whether space before a colon is mended (RFC 9112 section 5.1), and behind a chunk's size skipped. */
  readonly mends: boolean;
}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/** The next line, without its end. */
export function nextLine(text: Text, { bareLf }: Pick<Strictness, 'bareLf'>): string {
  const { bytes, at } = text;
  const lf = bytes.indexOf('\n', at);
  if (lf === -1) throw new Unfinished();
  const line = bytes.slice(at, lf);
  const content = line.endsWith('\r') ? line.slice(0, -1) : line;
  if (content === line && !bareLf) throw new Broken('a bare LF');
  if (content.includes('\r')) throw new Broken('a bare CR');
  text.at = lf + 1;
  return content;
}

/**
 * Reads a part of a message that ends in an empty line. What is wrong with it may be found out only
 * when that is there.
 */
export function section<T>(text: Text, read: () => T): T {
  const { at } = text;
  try {
    return read();
  } catch (error) {
    const ended = text.bytes.startsWith('\r\n', at) || text.bytes.includes('\r\n\r\n', at);
    if (error instanceof Broken && !ended) throw new Unfinished(error.message);
    throw error;
  }
}

/** Lines of fields up to the empty one. */
export function nextFields(
  text: Text,
  rules: Strictness & { readonly fields: number },
  value: RegExp,
): Field[] {
  const fields: Field[] = [];
  for (;;) {
    const line = nextLine(text, rules);
    if (line === '') return fields;
    fields.push(fieldOf(line, rules, value));
    if (fields.length > rules.fields) throw new Broken('too many fields');
  }
}

function fieldOf(line: string, { mends }: Strictness, allowed: RegExp): Field {
  if (line.startsWith(' ') || line.startsWith('\t')) throw new Broken('a folded line');
  const colon = line.indexOf(':');
  if (colon === -1) throw new Broken('a line without a colon');
  const written = line.slice(0, colon);
  const name = mends ? written.replace(/[\t ]+$/, '') : written;
  if (!isToken(name)) throw new Broken('a name that is no token');
  const value = line.slice(colon + 1);
  if (!allowed.test(value)) throw new Broken('a character that no value may have');
  return [name, withoutSpace(value)];
}
