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
