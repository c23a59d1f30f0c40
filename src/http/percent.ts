/** Escapes of well-formed UTF-8, by the number of their bytes, in the order of RFC 3629 section 4. */
const NEXT = String.raw`%[89ab][\da-f]`;
const ONE = String.raw`%[0-7][\da-f]`;
const TWO = String.raw`%(?:c[2-9a-f]|d[\da-f])${NEXT}`;
const THREE = String.raw`%(?:e0%[ab]|e[1-9a-cef]%[89ab]|ed%[89])[\da-f]${NEXT}`;
const FOUR = String.raw`%(?:f0%[9ab]|f[1-3]%[89ab]|f4%8)[\da-f]${NEXT}${NEXT}`;
const UTF8 = new RegExp(`(?:${ONE}|${TWO}|${THREE}|${FOUR})+`, 'gi');

/**
 * Decodes percent escapes as UTF-8 (RFC 3986 section 2.1). Malformed escapes and escapes that are not UTF-8 are
 * kept.
 *
 * @example percentDecoded('caf%C3%A9%20100%%ff') // 'café 100%%ff'
 */
export function percentDecoded(text: string): string {
  return text.includes('%') ? text.replace(UTF8, (run) => decodeURIComponent(run)) : text;
}
