/** Most characters of a piece of foreign text that is shown. */
const MOST_CHARACTERS = 256;

/** Controls, marks of direction and others that are not seen, ends of lines, halves of pairs. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/**
 * A text that breaks no line of a log, steers no terminal and looks like what it is, wherever it came from.
 *
 * @example inOneLine('a\nb') // 'a\\u000ab'
 */
export function inOneLine(text: string): string {
  return text.replace(UNSEEN, (character) =>
    character.replace(
      /[\s\S]/g,
      (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
  );
}

/** A piece of foreign text, in one line and not without end. */
export function printable(text: string): string {
  return inOneLine(cut(text));
}

/** The same in double quotes, so that one can see where it begins and ends. */
export function quoted(text: string): string {
  return inOneLine(JSON.stringify(cut(text)));
}

function cut(text: string): string {
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}...` : text;
}
