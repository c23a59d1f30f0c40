/** Tells which of some fields the name between two offsets of a text is; `''` for any other. */
export type FieldNames = (text: string, start?: number, end?: number) => string;

/** A field that is looked for. */
interface Sought {
  readonly name: string;
  /** As most write it. */
  readonly usual: string;
  /** Its first letter, as `caseless` has it. */
  readonly first: number;
}

const NONE: readonly Sought[] = [];

/**
 * Looks for some fields among all, whatever their case. To make a string of every name, and a lower-case
 * copy of that, would cost more than all the rest of reading a head: the length of a name and its first
 * letter rule out nearly all, and those that remain are mostly written as everybody writes them.
 *
 * @param names in lower case; names are compared without regard to case (RFC 9110 section 5.1)
 * @param lookalike told of `X_Real_IP` and the like, which an upstream may take for one of the names: see
 * `cgiName`
 * @example
 * const known = fieldNames(['host', 'connection']);
 * known('Host'); // 'host'
 * known('User-Agent'); // ''
 * known('GET / HTTP/1.1\r\nHost: a', 16, 20); // 'host'
 */
export function fieldNames(names: Iterable<string>, lookalike: string = ''): FieldNames {
  const byLength: Sought[][] = [];
  for (const name of names) {
    while (byLength.length <= name.length) byLength.push([]);
    byLength[name.length]!.push({ name, usual: capitalised(name), first: caseless(name, 0) });
  }
  return (text, start = 0, end = text.length) => {
    const length = end - start;
    const sought = length < byLength.length ? byLength[length]! : NONE;
    for (const { name, usual, first } of sought) {
      if (caseless(text, start) !== first) continue;
      if (text.startsWith(usual, start) || text.startsWith(name, start)) return name;
      const lower = text.slice(start, end).toLowerCase();
      if (lower === name) return name;
      if (lookalike !== '' && cgiName(lower) === name) return lookalike;
    }
    return '';
  };
}

/**
 * What CGI and its kin make of a name: to all of them `-` is `_` (RFC 3875 section 4.1.18), and to some so is
 * whatever is no letter or digit.
 *
 * @param name in lower case
 * @example cgiName('x.real_ip') // 'x-real-ip'
 */
export function cgiName(name: string): string {
  return name.replace(/[^a-z\d]/g, '-');
}

/** The same for both cases of a letter; for other characters, the same as that of one more at most. */
function caseless(text: string, at: number): number {
  return text.charCodeAt(at) | 0x20;
}

/** `content-length` -> `Content-Length` */
function capitalised(name: string): string {
  return name.replace(/\b[a-z]/g, (letter) => letter.toUpperCase());
}
