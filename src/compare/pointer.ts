import { quoted } from '../http/quoted.ts';

/** Stands for any one name or index. */
export const ANY = '*';

/** Stands for any number of names and indices, none included. */
export const ANY_DEPTH = '**';

/** Longest pointer, in characters. */
const MAX_CHARACTERS = 1024;

/**
 * What is wrong with a JSON Pointer (RFC 6901) in which a part may be `*` or `**`.
 *
 * @returns a sentence without its subject; `undefined` if the pointer is right
 * @example
 * pointerFault('/items/*'); // undefined
 * pointerFault('items'); // 'expected a JSON Pointer, such as ..., got "items"'
 */
export function pointerFault(text: string): string | undefined {
  if (text.length > MAX_CHARACTERS)
    return `expected a JSON Pointer of at most ${MAX_CHARACTERS} characters, got ${text.length}`;
  if (text !== '' && !text.startsWith('/'))
    return `expected a JSON Pointer such as "/items/*/price", which begins with "/", got ${quoted(text)}`;
  const escape = /~(?![01])/.exec(text);
  return escape === null
    ? undefined
    : `expected "~0" for "~" or "~1" for "/" in a JSON Pointer, got a bare "~" at character ${escape.index + 1} of ${quoted(text)}`;
}

/** The names of a pointer, unescaped. */
export function parsePointer(text: string): string[] {
  return text
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** Longest name that is shown in a place, in characters. */
const MAX_NAME = 64;

/** Half of a character. JSON can hold it, addresses and files of UTF-8 cannot. */
const LONE_SURROGATE = /\p{Cs}/u;

/** Most names in a place: so much work is it to make one. */
export const MAX_NAMES = 32;

/**
 * The place of a value, as a pointer that matches it: long names, and those with half of a character, become `*`, and what lies too deep becomes `**`.
 *
 * @param names the way to the value; `*` for an index
 * @example placeOf(['a/b', '*', 'price'], 2) // '/a~1b/*'
 */
export function placeOf(names: readonly string[], depth: number): string {
  let place = '';
  for (let i = 0; i < Math.min(depth, MAX_NAMES); i += 1) {
    const name = names[i]!;
    const isShown = name.length <= MAX_NAME && name !== ANY_DEPTH && !LONE_SURROGATE.test(name);
    place += `/${isShown ? name.replaceAll('~', '~0').replaceAll('/', '~1') : ANY}`;
  }
  return depth > MAX_NAMES ? `${place}/${ANY_DEPTH}` : place;
}
