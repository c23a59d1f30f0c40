/** Attributes whose value is a clock's: only that they are there is compared. */
const CLOCKS: ReadonlySet<string> = new Set(['expires']);

/** A cookie as Set-Cookie sets it (RFC 6265 section 4.1). */
export interface SetCookie {
  readonly name: string;
  readonly value: string;
  /** Names in lower case with their values, sorted: `['httponly', 'path=/']`. */
  readonly attributes: readonly string[];
}

/** @example parseSetCookie('id=1; Path=/; HttpOnly') // { name: 'id', value: '1', attributes: ['httponly', 'path=/'] } */
export function parseSetCookie(text: string): SetCookie {
  const [cookie, ...attributes] = text.split(';').map((part) => halves(part));
  const [name, value = ''] = cookie!;
  const shown = attributes.map(([attribute, its]) => {
    const lower = attribute.toLowerCase();
    return its === undefined || CLOCKS.has(lower) ? lower : `${lower}=${its}`;
  });
  // A value without a name, as in `Set-Cookie: abc`, must not be taken for a name, which is shown.
  return value === '' && !text.split(';', 1)[0]!.includes('=')
    ? { name: '', value: name, attributes: shown.toSorted() }
    : { name, value, attributes: shown.toSorted() };
}

/** All that is compared of cookies, sorted: their names and attributes. */
export function comparableCookies(fields: readonly string[]): string[] {
  return fields
    .map((field) => {
      const { name, attributes } = parseSetCookie(field);
      return [name, ...attributes].join('; ');
    })
    .toSorted();
}

/** `name=value`; without `=` a name alone. White space around both does not count. */
function halves(part: string): [name: string, value?: string] {
  const at = part.indexOf('=');
  return at === -1 ? [part.trim()] : [part.slice(0, at).trim(), part.slice(at + 1).trim()];
}
