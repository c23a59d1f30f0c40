/**
 * Header fields as a flat list: name, value, name, value, ... as received. Keeps repeated fields, order and
 * case, and costs a single array.
 */
export type HeaderList = string[];

/**
 * The value of the first field called `name`; `undefined` if there is none.
 *
 * @param name in lower case; field names are case-insensitive (RFC 9110 section 5.1)
 * @example headerValue(['Host', 'a.example'], 'host') // 'a.example'
 */
export function headerValue(list: HeaderList, name: string): string | undefined {
  for (let i = 0; i < list.length; i += 2) {
    const candidate = list[i]!;
    if (candidate.length === name.length && candidate.toLowerCase() === name) return list[i + 1];
  }
  return undefined;
}

/** The values of all fields called `name` (in lower case), joined by commas as RFC 9110 section 5.3 allows. */
export function joinedValue(list: HeaderList, name: string): string | undefined {
  let joined: string | undefined;
  for (let i = 0; i < list.length; i += 2) {
    const candidate = list[i]!;
    if (candidate.length !== name.length || candidate.toLowerCase() !== name) continue;
    joined = joined === undefined ? list[i + 1]! : `${joined}, ${list[i + 1]!}`;
  }
  return joined;
}

/** The list without the fields called `name` (in lower case). Returns the same list if it has none. */
export function withoutField(list: HeaderList, name: string): HeaderList {
  if (headerValue(list, name) === undefined) return list;
  const kept: HeaderList = [];
  for (let i = 0; i < list.length; i += 2)
    if (list[i]!.toLowerCase() !== name) kept.push(list[i]!, list[i + 1]!);
  return kept;
}

/** Converts a list to Web `Headers`, which lower the names and join repeated fields. */
export function webHeaders(list: HeaderList): Headers {
  const headers = new Headers();
  for (let i = 0; i < list.length; i += 2) headers.append(list[i]!, list[i + 1]!);
  return headers;
}

/**
 * The members of a comma-separated list (RFC 9110 section 5.6.1), as in Connection, TE and X-Forwarded-For.
 * Empty members are skipped. Scanned by hand: a regular expression with two adjacent repeats over the same
 * characters takes time quadratic in the length of the value, which a client chooses.
 */
export function members(list: string): string[] {
  const found: string[] = [];
  for (let start = 0; start < list.length;) {
    const end = endOfMember(list, start);
    const member = trimmed(list, start, end);
    if (member !== '') found.push(member);
    start = end + 1;
  }
  return found;
}

/**
 * True if a comma-separated list has the member. Case-insensitive.
 *
 * @param member in lower case
 * @example hasMember('Keep-Alive, close', 'close') // true
 */
export function hasMember(list: string | undefined, member: string): boolean {
  if (list === undefined) return false;
  for (let start = 0; start < list.length;) {
    const end = endOfMember(list, start);
    // A shorter piece cannot be the member, with or without spaces.
    if (end - start >= member.length && trimmed(list, start, end).toLowerCase() === member)
      return true;
    start = end + 1;
  }
  return false;
}

/**
 * The text between two offsets without surrounding spaces and tabs, the optional white space of RFC 9110
 * section 5.6.3. Not `trim()`: it also removes 0xA0, which in UTF-8 is the second byte of a letter.
 */
export function trimmed(text: string, start = 0, end: number = text.length): string {
  let from = start;
  let to = end;
  while (from < to && isSpace(text.charCodeAt(from))) from++;
  while (to > from && isSpace(text.charCodeAt(to - 1))) to--;
  return text.slice(from, to);
}

function endOfMember(list: string, start: number): number {
  const comma = list.indexOf(',', start);
  return comma === -1 ? list.length : comma;
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/**
 * Compares the text between two offsets with a set of field names. Returns the matching name in lower case,
 * `''` if none matches.
 */
export type FieldNames = (text: string, start?: number, end?: number) => string;

/** A field name to look for. */
interface Sought {
  readonly name: string;
  /** The usual spelling: `Content-Length`. */
  readonly usual: string;
  /** `caseless` of its first letter. */
  readonly first: number;
}

const NONE: readonly Sought[] = [];

/**
 * Compiles a case-insensitive look-up of a set of field names. To make a string of every name in a head, and a
 * lower-case copy of it, would cost more than the rest of parsing the head. Length and first letter rule out
 * nearly all names, and most of the others have the usual spelling.
 *
 * @param names in lower case; field names are case-insensitive (RFC 9110 section 5.1)
 * @param lookalike returned for names such as `X_Real_IP`, which an upstream may take for one of `names` (see
 * `cgiName`). Default `''`: not looked for
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
 * Maps a field name to the one that CGI applications cannot distinguish from it. CGI turns `-` into `_`
 * (RFC 3875 section 4.1.18), and some implementations turn every character but letters and digits into `_`.
 *
 * @param name in lower case
 * @example cgiName('x.real_ip') // 'x-real-ip'
 */
export function cgiName(name: string): string {
  return name.replace(/[^a-z\d]/g, '-');
}

/** Equal for both cases of a letter. Any other character shares its value with at most one more. */
function caseless(text: string, at: number): number {
  return text.charCodeAt(at) | 0x20;
}

/** `content-length` -> `Content-Length` */
function capitalised(name: string): string {
  return name.replace(/\b[a-z]/g, (letter) => letter.toUpperCase());
}

/**
 * Hop-by-hop fields, which belong to one connection (RFC 9110 section 7.6.1); `Proxy-Connection`, which some old clients
 * send instead of `Connection`; and what goes with `Upgrade: h2c` (RFC 7540 section 3.2.1), which node:http2 throws at.
 */
export const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
]);

const nameOf = fieldNames(HOP_BY_HOP);

/** `Connection` values that nominate no further field: nearly all traffic. */
const PLAIN_CONNECTION = /^(?:keep-alive|close|upgrade)?$/i;

/** Fields that frame and route the message. A client nominates them only to attack a proxy: ignored. */
const NEVER_NOMINATED: readonly string[] = ['content-length', 'host'];

/** True for a field that must not be forwarded. `name` in lower case. */
export function isHopByHop(name: string): boolean {
  return HOP_BY_HOP.has(name);
}

/**
 * The fields that a `Connection` value nominates as hop-by-hop, in lower case; `null` if there are none.
 *
 * @example nominated('close, X-Debug') // Set { 'close', 'x-debug' }
 */
export function nominated(connection: string | undefined): ReadonlySet<string> | null {
  if (connection === undefined || PLAIN_CONNECTION.test(connection)) return null;
  const names = new Set(members(connection.toLowerCase()));
  for (const name of NEVER_NOMINATED) names.delete(name);
  return names;
}

/** The list without hop-by-hop fields and those that Connection nominates. Returns the same list if it has none. */
export function withoutHopByHop(list: HeaderList): HeaderList {
  let connection: string | undefined;
  let found = false;
  for (let i = 0; i < list.length; i += 2) {
    const name = nameOf(list[i]!);
    if (name === '') continue;
    found = true;
    if (name === 'connection')
      connection = connection ? `${connection},${list[i + 1]!}` : list[i + 1]!;
  }
  if (!found) return list;
  const named = nominated(connection);
  const kept: HeaderList = [];
  for (let i = 0; i < list.length; i += 2) {
    const field = list[i]!;
    if (nameOf(field) !== '' || named?.has(field.toLowerCase())) continue;
    kept.push(field, list[i + 1]!);
  }
  return kept;
}

/** At most 15 digits: a double represents every such number exactly. */
const LENGTH = /^\d{1,15}$/;

/**
 * Parses a Content-Length, in bytes; `null` if it is invalid. The same length repeated in a list is valid
 * (RFC 9110 section 8.6).
 *
 * @example lengthOf('5, 5') // 5
 */
export function lengthOf(value: string): number | null {
  if (LENGTH.test(value)) return Number(value);
  const [first, ...others] = value.split(',').map((member) => trimmed(member));
  const isLength = LENGTH.test(first!) && others.every((other) => other === first);
  return isLength ? Number(first) : null;
}

/** Whether a response of this status may have a Content-Length: without a body, a client would wait for it in vain. */
export function mayHaveLength(status: number): boolean {
  return status >= 200 && status !== 204;
}
