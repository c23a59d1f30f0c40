const PERCENT = 0x25;

/** Lowest valid code point of a UTF-8 sequence, by its number of continuation bytes (RFC 3629 section 3). */
const LOWEST_CODE_POINT: readonly number[] = [0, 0x80, 0x800, 0x10000];

/**
 * Decodes percent escapes as UTF-8 (RFC 3986 section 2.1). Malformed escapes and escapes that are not UTF-8 are
 * kept.
 *
 * @example percentDecoded('caf%C3%A9%20100%%ff') // 'café 100%%ff'
 */
export function percentDecoded(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    // Decoded by hand and not by decodeURIComponent per piece: an exception costs as much as hundreds of characters.
    return decodeLeniently(text);
  }
}

function decodeLeniently(text: string): string {
  let decoded = '';
  /** Start of the text that is not copied yet. */
  let rest = 0;
  for (let at = text.indexOf('%'); at !== -1; at = text.indexOf('%', at)) {
    const lead = escapedByte(text, at);
    const more = bytesBehind(lead);
    const code = more === -1 ? -1 : codePoint(text, at, lead, more);
    if (code === -1) {
      at += 1;
      continue;
    }
    decoded += text.slice(rest, at) + String.fromCodePoint(code);
    at += 3 * (more + 1);
    rest = at;
  }
  return decoded + text.slice(rest);
}

/**
 * The code point of a sequence of escapes; -1 if it is not valid UTF-8.
 *
 * @param lead the first byte; negative if there is no escape
 * @param more number of continuation bytes
 */
function codePoint(text: string, start: number, lead: number, more: number): number {
  let code = more === 0 ? lead : lead & (0x3f >> more);
  for (let i = 1; i <= more; i += 1) {
    const byte = escapedByte(text, start + 3 * i);
    // Also true if `byte` is negative.
    if ((byte & 0xc0) !== 0x80) return -1;
    code = (code << 6) | (byte & 0x3f);
  }
  const isSurrogate = code >= 0xd800 && code <= 0xdfff;
  return code < LOWEST_CODE_POINT[more]! || isSurrogate || code > 0x10ffff ? -1 : code;
}

/** Number of continuation bytes after a lead byte; -1 if no sequence starts with it (RFC 3629 section 4). */
function bytesBehind(lead: number): number {
  if (lead < 0x80) return 0;
  if (lead < 0xc2) return -1;
  if (lead < 0xe0) return 1;
  if (lead < 0xf0) return 2;
  return lead <= 0xf4 ? 3 : -1;
}

/** The byte of the escape at this offset; negative if there is no valid escape. */
function escapedByte(text: string, at: number): number {
  if (text.charCodeAt(at) !== PERCENT) return -1;
  const high = hexDigit(text.charCodeAt(at + 1));
  const low = hexDigit(text.charCodeAt(at + 2));
  return low === -1 ? -1 : high * 16 + low;
}

function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
