import { Broken, Exceeded, type Field, Unfinished, withoutSpace } from './message.ts';

/**
 * A second reader of HTTP/1.1, written from RFC 9112 and the limits in docs/limits.md, without any line of the gateway's
 * code. It has all bytes at once, so that results of the gateway that depend on how a stream was cut show as
 * differences. Slow and plain on purpose.
 */
export interface Text {
  readonly bytes: string;
  at: number;
}

/** Differences between the two directions. */
export interface Strictness {
  /** Whether a bare LF ends a line of a head: we accept that from servers only, as nginx does. */
  readonly bareLf: boolean;
  /** Whether space before a colon is removed (RFC 9112 section 5.1), and space after a chunk size ignored. */
  readonly mends: boolean;
}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/** The next line, without its line end. */
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
 * Reads a part of a message that ends with an empty line. Errors in it may be reported only once that line has
 * arrived, but for limits.
 */
export function section<T>(text: Text, read: () => T): T {
  const { at } = text;
  try {
    return read();
  } catch (error) {
    const ended = text.bytes.startsWith('\r\n', at) || text.bytes.includes('\r\n\r\n', at);
    if (error instanceof Broken && !(error instanceof Exceeded) && !ended)
      throw new Unfinished(error.message);
    throw error;
  }
}

/** Refuses a part without an end that is too long for one already: three bytes may be of its end. */
export function limitEndless({ bytes, at }: Text, limitBytes: number): void {
  const rest = bytes.slice(at);
  if (rest.length > limitBytes + 3 && rest.search(/\r?\n\r?\n/) === -1)
    throw new Exceeded('too many bytes');
}

/** Reads field lines up to the empty line. */
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
    if (fields.length > rules.fields) throw new Exceeded('too many fields');
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
