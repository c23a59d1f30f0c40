/**
 * Looks for some fields among all: returns which of `names` a field's name is, whatever its case, and
 * `''` for any other. A lower-case copy of every name would cost more than all the rest of reading a
 * head, so it is made only of names that could be meant, and are not written as most write them.
 *
 * @param names in lower case; names are compared without regard to case (RFC 9110 section 5.1)
 * @example
 * const known = fieldNames(['host', 'connection']);
 * known('Host'); // 'host'
 * known('User-Agent'); // ''
 */
export function fieldNames(names: Iterable<string>): (field: string) => string {
  const spellings = new Map<string, string>();
  // One bit for each length, and lengths from 32 on share bits: the map has the last word.
  let lengths = 0;
  for (const name of names) {
    spellings.set(name, name).set(capitalised(name), name);
    lengths |= 1 << name.length;
  }
  return (field) => {
    if ((lengths & (1 << field.length)) === 0) return '';
    return spellings.get(field) ?? spellings.get(field.toLowerCase()) ?? '';
  };
}

/** `content-length` -> `Content-Length` */
function capitalised(name: string): string {
  return name.replace(/\b[a-z]/g, (letter) => letter.toUpperCase());
}
