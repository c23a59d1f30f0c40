/** A field as it was on the wire. */
export interface Field {
  readonly name: string;
  readonly value: string;
  /** The complete line, with the insignificant spaces around the value. */
  readonly line: string;
}

/** As much of a message as has arrived; one character stands for one byte. */
export interface Message {
  readonly line: string;
  readonly fields: readonly Field[];
  /** Without the chunk framing: chunk sizes are chosen by each hop (RFC 9112 section 7.1). */
  readonly body: string;
  readonly trailers: readonly string[];
  readonly isComplete: boolean;
  /** Bytes after the message. */
  readonly rest: string;
}

export type Framing =
  | { readonly kind: 'length'; readonly length: number }
  | { readonly kind: 'chunked' }
  | { readonly kind: 'close' };

export const NO_BODY: Framing = { kind: 'length', length: 0 };

type Content = Pick<Message, 'body' | 'trailers' | 'isComplete' | 'rest'>;

/**
 * Reads one message; `null` before its head is complete.
 *
 * @param framingOf where the body ends, by the head; requests and responses differ in this
 */
export function readMessage(
  bytes: string,
  framingOf: (line: string, fields: readonly Field[]) => Framing,
): Message | null {
  const end = bytes.indexOf('\r\n\r\n');
  if (end === -1) return null;
  const [line, ...lines] = bytes.slice(0, end).split('\r\n') as [string, ...string[]];
  const fields = lines.map(fieldOf);
  return { line, fields, ...readContent(bytes.slice(end + 4), framingOf(line, fields)) };
}

/** The framing that the fields declare, or `null` (RFC 9112 section 6.3). */
export function declaredFraming(fields: readonly Field[]): Framing | null {
  const value = (name: string) => fields.find((field) => isCalled(field, name))?.value;
  if (/\bchunked$/i.test(value('transfer-encoding') ?? '')) return { kind: 'chunked' };
  const length = value('content-length');
  return length === undefined ? null : { kind: 'length', length: Number(length) };
}

export function isCalled(field: Field, name: string): boolean {
  return field.name.toLowerCase() === name;
}

function fieldOf(line: string): Field {
  const colon = line.indexOf(':');
  // A continuation line of a folded field has no name.
  if (colon === -1) return { name: '', value: withoutSpaces(line), line };
  return { name: line.slice(0, colon), value: withoutSpaces(line.slice(colon + 1)), line };
}

/** Not `trim`, which also removes 0xA0, the last byte of many UTF-8 characters. */
function withoutSpaces(value: string): string {
  return value.replace(/^[ \t]+|[ \t]+$/g, '');
}

function readContent(bytes: string, framing: Framing): Content {
  if (framing.kind === 'chunked') return readChunks(bytes);
  if (framing.kind === 'close') return { body: bytes, trailers: [], isComplete: false, rest: '' };
  const { length } = framing;
  const isComplete = bytes.length >= length;
  return {
    body: bytes.slice(0, length),
    trailers: [],
    isComplete,
    rest: bytes.slice(length),
  };
}

function readChunks(bytes: string): Content {
  let body = '';
  for (let at = 0; ;) {
    const data = bytes.indexOf('\r\n', at) + 2;
    if (data === 1) return { body, trailers: [], isComplete: false, rest: '' };
    const size = Number.parseInt(bytes.slice(at, data), 16);
    if (size === 0) return { body, ...readTrailers(bytes.slice(data)) };
    body += bytes.slice(data, data + size);
    at = data + size + 2;
    if (bytes.length < at) return { body, trailers: [], isComplete: false, rest: '' };
  }
}

function readTrailers(bytes: string): Omit<Content, 'body'> {
  const lines = bytes.split('\r\n');
  const end = lines.indexOf('');
  if (end === -1 || end === lines.length - 1) return { trailers: [], isComplete: false, rest: '' };
  return {
    trailers: lines.slice(0, end),
    isComplete: true,
    rest: lines.slice(end + 1).join('\r\n'),
  };
}
