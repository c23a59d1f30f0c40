/** Most characters shown of a text that came from outside. */
const MAX_CHARACTERS = 256;

/**
 * Controls, format characters (direction marks and the like), line and paragraph separators, lone surrogates, and what else is
 * drawn as nothing (fillers, variation selectors).
 */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{DI}]/gu;

/**
 * Escapes all invisible characters, so that a text from outside cannot break a log line, control a terminal or
 * hide its content.
 *
 * @example inOneLine('a\nb') // 'a\\u000ab'
 */
export function inOneLine(text: string): string {
  return text.replace(INVISIBLE, (character) =>
    character.replace(
      /[\s\S]/g,
      (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
  );
}

/** A text from outside, safe to print: cut to 256 characters, invisible characters escaped. */
export function printable(text: string): string {
  return inOneLine(cut(text));
}

/** As `printable`, in double quotes, so that the reader sees where the text begins and ends. */
export function quoted(text: string): string {
  return inOneLine(JSON.stringify(cut(text)));
}

function cut(text: string): string {
  return text.length > MAX_CHARACTERS ? `${text.slice(0, MAX_CHARACTERS)}...` : text;
}
