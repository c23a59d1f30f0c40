/** Fields of one connection, which a proxy does not forward (RFC 9110 section 7.6.1). */
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'te', 'transfer-encoding', 'upgrade']);

/**
 * The fields that are forwarded, as on the wire: name, value, name, value.
 * @template {string | Buffer} Text
 * @param {readonly Text[]} raw
 * @returns {string[]}
 */
export function endToEnd(raw) {
  const kept = [];
  for (let i = 0; i < raw.length; i += 2) {
    const name = String(raw[i]);
    if (!HOP_BY_HOP.has(name.toLowerCase())) kept.push(name, String(raw[i + 1]));
  }
  return kept;
}
