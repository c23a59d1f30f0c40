/** A field's name and its value, without the space around that. */
export type Field = readonly [name: string, value: string];

/** What a reader made of the first line and the fields of a message, and of its body. */
export interface Message {
  /** Method, target and version; or version, status and reason. */
  readonly line: readonly [string, string, string];
  readonly fields: readonly Field[];
  readonly body: string;
  readonly trailers: readonly Field[];
}

/** A rule of the standard that a message breaks. */
export class Broken extends Error {
  override readonly name = 'Broken';
}

/** There is no more, and the message is not over. */
export class Unfinished extends Error {
  override readonly name = 'Unfinished';
}

/** All values of a field, in lower case, joined as RFC 9110 section 5.3 lets it be done. */
export function valueOf(fields: readonly Field[], name: string): string | null {
  const values = fields.filter(([one]) => one.toLowerCase() === name).map(([, value]) => value);
  return values.length === 0 ? null : values.join(', ');
}

/** Elements of a list (RFC 9110 section 5.6.1): empty ones count for nothing. */
export function elements(value: string | null): string[] {
  if (value === null) return [];
  const parts = value.split(',').map((part) => withoutSpace(part).toLowerCase());
  return parts.filter((part) => part !== '');
}

/** OWS is spaces and tabs, and nothing else that some language calls white (RFC 9110 section 5.6.3). */
export function withoutSpace(text: string): string {
  let start = 0;
  let end = text.length;
  const isSpace = (at: number) => text[at] === ' ' || text[at] === '\t';
  while (start < end && isSpace(start)) start++;
  while (end > start && isSpace(end - 1)) end--;
  return text.slice(start, end);
}

/** Whether the connection outlives the message (RFC 9112 section 9.3). */
export function persists(version: string, fields: readonly Field[]): boolean {
  const options = elements(valueOf(fields, 'connection'));
  if (options.includes('close')) return false;
  return version === 'HTTP/1.1' || options.includes('keep-alive');
}
