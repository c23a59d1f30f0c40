/** A field's name and its value, without surrounding space. */
export type Field = readonly [name: string, value: string];

/** A message as a reader understood it: first line, fields and body. */
export interface Message {
  /** Method, target and version; or version, status and reason phrase. */
  readonly line: readonly [string, string, string];
  readonly fields: readonly Field[];
  readonly body: string;
  readonly trailers: readonly Field[];
}

/** The message breaks a rule of the standard. */
export class Broken extends Error {
  override readonly name = 'Broken';
}

/** More than a limit allows, which counts from the moment that it is exceeded. */
export class Exceeded extends Broken {}

/** The bytes end before the message does. */
export class Unfinished extends Error {
  override readonly name = 'Unfinished';
}

/** All values of a field, in lower case, joined as RFC 9110 section 5.3 allows. */
export function valueOf(fields: readonly Field[], name: string): string | null {
  const values = fields.filter(([one]) => one.toLowerCase() === name).map(([, value]) => value);
  return values.length === 0 ? null : values.join(', ');
}

/** Elements of a list (RFC 9110 section 5.6.1), without empty ones. */
export function elements(value: string | null): string[] {
  if (value === null) return [];
  const parts = value.split(',').map((part) => withoutSpace(part).toLowerCase());
  return parts.filter((part) => part !== '');
}

/** Removes OWS: spaces and tabs, and no other white space (RFC 9110 section 5.6.3). */
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
