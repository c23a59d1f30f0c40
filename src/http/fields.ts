/**
 * Header fields as a flat list: name, value, name, value, ... in the order and with the case they
 * arrived in. It is the one form that loses nothing (repeated fields, order, case), and costs one
 * array.
 */
export type HeaderList = string[];

/**
 * Value of the first field called `name`, or `undefined` when there is none.
 *
 * @param name in lower case; field names are compared without regard to case (RFC 9110 section 5.1)
 * @example headerValue(['Host', 'a.example'], 'host') // 'a.example'
 */
export function headerValue(list: HeaderList, name: string): string | undefined {
  for (let i = 0; i < list.length; i += 2) {
    const candidate = list[i]!;
    if (candidate.length === name.length && candidate.toLowerCase() === name) return list[i + 1];
  }
  return undefined;
}

/** All values of the fields called `name` (in lower case), joined as RFC 9110 section 5.3 allows. */
export function joinedValue(list: HeaderList, name: string): string | undefined {
  let joined: string | undefined;
  for (let i = 0; i < list.length; i += 2) {
    const candidate = list[i]!;
    if (candidate.length !== name.length || candidate.toLowerCase() !== name) continue;
    joined = joined === undefined ? list[i + 1]! : `${joined}, ${list[i + 1]!}`;
  }
  return joined;
}

/** The list without the fields called `name` (in lower case); the same list when there are none. */
export function withoutField(list: HeaderList, name: string): HeaderList {
  if (headerValue(list, name) === undefined) return list;
  const kept: HeaderList = [];
  for (let i = 0; i < list.length; i += 2)
    if (list[i]!.toLowerCase() !== name) kept.push(list[i]!, list[i + 1]!);
  return kept;
}

/** The fields as platforms take them: names in lower case, repeated ones joined. */
export function webHeaders(list: HeaderList): Headers {
  const headers = new Headers();
  for (let i = 0; i < list.length; i += 2) headers.append(list[i]!, list[i + 1]!);
  return headers;
}

/**
 * Lists of members between commas (RFC 9110 section 5.6.1): Connection, TE, X-Forwarded-For and their
 * like. Walked, not searched by a pattern: two repeats side by side that may take the same characters
 * cost the square of a value's length, and the value is a stranger's.
 */

/** The members of a list, in their order. Empty ones count for nothing. */
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
 * Whether a list has a member, compared without regard to case.
 *
 * @param member in lower case
 * @example hasMember('Keep-Alive, close', 'close') // true
 */
export function hasMember(list: string | undefined, member: string): boolean {
  if (list === undefined) return false;
  for (let start = 0; start < list.length;) {
    const end = endOfMember(list, start);
    // What is shorter cannot be it, spaces or not.
    if (end - start >= member.length && trimmed(list, start, end).toLowerCase() === member)
      return true;
    start = end + 1;
  }
  return false;
}

/**
 * The text between two offsets without the spaces and tabs around it, which is what HTTP calls
 * optional white space (RFC 9110 section 5.6.3). Not `trim()`, which takes 0xA0 for a space as well:
 * in UTF-8 that is the second half of a letter.
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

/**
 * Fields that speak of one connection and not of the message (RFC 9110 section 7.6.1), and
 * `Proxy-Connection`, which some old clients still send in place of `Connection`.
 */
export const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
]);

const nameOf = fieldNames(HOP_BY_HOP);

/** `Connection` values that name no further field. Nearly all traffic has one of these. */
const PLAIN_CONNECTION = /^(?:keep-alive|close|upgrade)?$/i;

/** Framing and routing of the message: a client that nominates these wants to confuse somebody. */
const NEVER_NOMINATED: readonly string[] = ['content-length', 'host'];

/** True for a field that must not be passed on. `name` in lower case. */
export function isHopByHop(name: string): boolean {
  return HOP_BY_HOP.has(name);
}

/**
 * Fields that a `Connection` value declares to be hop-by-hop as well, in lower case; `null` when
 * there are none.
 *
 * @example nominated('close, X-Debug') // Set { 'close', 'x-debug' }
 */
export function nominated(connection: string | undefined): ReadonlySet<string> | null {
  if (connection === undefined || PLAIN_CONNECTION.test(connection)) return null;
  const names = new Set(members(connection.toLowerCase()));
  for (const name of NEVER_NOMINATED) names.delete(name);
  return names;
}

/** The list without what belongs to one connection. Returns the same list when nothing has to go. */
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

/** A length that can be counted to the byte. */
const LENGTH = /^\d{1,15}$/;

/**
 * The bytes that a Content-Length tells of; `null` where it is none. The same length several times is
 * one (RFC 9110 section 8.6).
 *
 * @example lengthOf('5, 5') // 5
 */
export function lengthOf(value: string): number | null {
  if (LENGTH.test(value)) return Number(value);
  const [first, ...others] = value.split(',').map((member) => trimmed(member));
  const isLength = LENGTH.test(first!) && others.every((other) => other === first);
  return isLength ? Number(first) : null;
}

/** Whether an answer may have the field: a client that believed it would wait for what never comes. */
export function mayHaveLength(status: number): boolean {
  return status >= 200 && status !== 204;
}
