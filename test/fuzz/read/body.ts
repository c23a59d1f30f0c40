import {
  limitEndless,
  nextFields,
  nextLine,
  section,
  type Strictness,
  type Text,
} from './lines.ts';
import { Broken, type Field, Unfinished } from './message.ts';

/** Where a body ends (RFC 9112 section 6.3). */
export type Extent = { readonly length: number } | 'chunked' | 'close';

export interface Body {
  readonly body: string;
  readonly trailers: readonly Field[];
}

/** VCHAR, obs-text, space and tab (RFC 9110 section 5.5). */
export const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Limits from docs/limits.md: bytes of all extensions, bytes of trailers, number of trailers. */
const EXTENSIONS_LIMIT_BYTES = 16 * 1024;
const TRAILERS_LIMIT_BYTES = 32 * 1024;
const MAX_TRAILERS = 100;

/** @throws Broken, Unfinished */
export function nextBody(text: Text, extent: Extent, rules: Strictness): Body {
  if (extent === 'chunked') return chunkedBody(text, rules);
  if (extent === 'close') {
    const body = text.bytes.slice(text.at);
    text.at = text.bytes.length;
    return { body, trailers: [] };
  }
  const end = text.at + extent.length;
  if (end > text.bytes.length) throw new Unfinished();
  const body = text.bytes.slice(text.at, end);
  text.at = end;
  return { body, trailers: [] };
}

/** RFC 9112 section 7.1, strict except for space after the size, where servers pad it. */
function chunkedBody(text: Text, rules: Strictness): Body {
  let body = '';
  let extensions = 0;
  for (;;) {
    const line = nextLine(text, { bareLf: false });
    const [, digits, padding, tail] = /^([\da-fA-F]+)([\t ]*)((?:;.*)?)$/s.exec(line) ?? [];
    if (digits === undefined) throw new Broken('no size of a chunk');
    if (padding !== '' && !rules.mends) throw new Broken('space behind the size of a chunk');
    if (digits.length > 13) throw new Broken('a size beyond counting');
    if (!areExtensions(tail!)) throw new Broken('extensions that are none');
    extensions += line.length - digits.length;
    if (extensions > EXTENSIONS_LIMIT_BYTES) throw new Broken('too many extensions');
    const size = Number.parseInt(digits, 16);
    if (size === 0) break;
    const end = text.at + size;
    const behind = text.bytes.slice(end, end + 2);
    if (!'\r\n'.startsWith(behind)) throw new Broken('a chunk longer than its size');
    if (behind.length < 2) throw new Unfinished();
    body += text.bytes.slice(text.at, end);
    text.at = end + 2;
  }
  const start = text.at;
  const trailerRules = { ...rules, bareLf: false, fields: MAX_TRAILERS };
  if (!text.bytes.startsWith('\r\n', start)) limitEndless(text, TRAILERS_LIMIT_BYTES - 4);
  const trailers = section(text, () => nextFields(text, trailerRules, FIELD_VALUE));
  if (text.at - start > TRAILERS_LIMIT_BYTES) throw new Broken('too many bytes of trailers');
  return { body, trailers };
}

const TOKEN = String.raw`[!#$%&'*+\-.^_\x60|~\w]+`;
const QUOTED = String.raw`"(?:[\t \x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t\x20-\x7e\x80-\xff])*"`;

/** `*( BWS ";" BWS name [ BWS "=" BWS value ] )`; senders must not generate BWS, recipients accept it. */
const EXTENSION = new RegExp(`^[\\t ]*;[\\t ]*${TOKEN}(?:[\\t ]*=[\\t ]*(?:${TOKEN}|${QUOTED}))?`);

/** Removes one extension after another from the left. */
function areExtensions(text: string): boolean {
  let rest = text;
  while (rest !== '') {
    const found = EXTENSION.exec(rest);
    if (found === null) return false;
    rest = rest.slice(found[0].length);
  }
  return true;
}
