/** Path and query of a copy, from the primary's. */
export type CopyTarget = (target: string) => string;

/**
 * Compiles `path` and `path_concat_mode`. The query is always kept, and the path stays as the
 * client sent it (APISIX sends it decoded, which changes what it means).
 *
 * @example copyTarget('/a', 'prefix')('/hello?x=1') // '/a/hello?x=1'
 */
export function copyTarget(
  configured: string | undefined,
  mode: 'replace' | 'prefix' = 'replace',
): CopyTarget {
  if (configured === undefined) return (target) => target;
  const path = encoded(configured);
  if (mode === 'prefix') return (target) => path + target;
  return (target) => {
    const mark = target.indexOf('?');
    return mark === -1 ? path : path + target.slice(mark);
  };
}

/** APISIX lets `#`, spaces and any letter stand in `path`; a request line (RFC 9112 section 3) does not. */
function encoded(path: string): string {
  return path.replace(/[^\x21-\x7e]|#/gu, escaped);
}

/** As `encodeURIComponent`, which throws at half a surrogate pair: JSON may hold one. */
function escaped(character: string): string {
  const bytes = new TextEncoder().encode(character);
  return Array.from(bytes, (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(
    '',
  );
}
