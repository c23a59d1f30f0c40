/**
 * Names of values that look like ids, dates or other data rather than like words of an API. Kinds are tried in this
 * order.
 */
const KINDS: readonly (readonly [kind: string, looksLikeIt: (text: string) => boolean])[] = [
  ['date', (text) => DATE.test(text)],
  ['uuid', (text) => UUID.test(text)],
  ['ip', (text) => IPV4.test(text)],
  ['version', (text) => VERSION.test(text)],
  ['n', (text) => NUMBERS.test(text)],
  ['hex', (text) => HEX.test(text) && /\d/.test(text)],
  ['ulid', (text) => ULID.test(text)],
  ['email', (text) => EMAIL.test(text) && !SCALED.test(text)],
  ['token', isToken],
];

/** `2026-11`, `2026-11-26`, `2026-11-26T11:00:00.5Z`. */
const DATE = /^\d{4}-\d\d(?:-\d\d(?:[T ][\d:.]{4,18}(?:Z|[+-]\d\d:?\d\d)?)?)?$/;
const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;
const IPV4 = /^\d{1,3}(?:\.\d{1,3}){3}$/;
/** Three numbers or more: `v1` and `v1.2` are words of an API. */
const VERSION = /^v?\d+\.\d+(?:\.\d+)+$/;
/** `42`, `-1`, `52.51`, `2024-0001`. */
const NUMBERS = /^[+-]?\d+(?:[-_.]\d+)*$/;
/** From abbreviated Git hashes on; words such as `facade` and `defaced` have no digit. */
const HEX = /^(?:0x)?[\da-f]{7,}$/i;
const ULID = /^[0-7][\da-hjkmnp-tv-z]{25}$/i;
/** `lodash@4.17.21` is none. */
const EMAIL = /^[^@\s/]+@[^@\s/.]+\.[a-z][^@\s/]*$/i;
/** `logo@2x.png` */
const SCALED = /@\dx\./;

/** The alphabets of base64, base64url, base58 and base62. */
const TOKEN = /^[\w+/=~-]+$/;
const MIN_TOKEN_LENGTH = 8;
/** From this length on one digit suffices. */
const MIN_ONE_DIGIT_LENGTH = 14;
/** From this length on any run of letters with a digit is a token. */
const LONG_TOKEN_LENGTH = 32;
const MIN_CHANGES = 4;
/** Random letters and digits change their class at nearly every second character, words in camel case do at each hump. */
const MIN_CHANGES_PER_CHARACTER = 0.3;

/** True for random letters and digits such as `dQw4w9WgXcQ`; false for names such as `getUserV2`. */
function isToken(text: string): boolean {
  if (text.length < MIN_TOKEN_LENGTH || !TOKEN.test(text)) return false;
  let [digits, changes, isWordy] = [0, 0, false];
  let before = classOf('');
  for (const character of text) {
    const is = classOf(character);
    if (is === 'digit') digits += 1;
    if (is === 'other') isWordy = true;
    // A capital letter begins a word with the small letters after it.
    const isChange = is !== before && before !== 'other' && is !== 'other';
    if (isChange && !(before === 'upper' && is === 'lower')) changes += 1;
    before = is;
  }
  if (digits === 0) return false;
  if (text.length >= LONG_TOKEN_LENGTH && !isWordy) return true;
  if (digits === 1 && text.length < MIN_ONE_DIGIT_LENGTH) return false;
  return changes >= MIN_CHANGES && changes >= text.length * MIN_CHANGES_PER_CHARACTER;
}

function classOf(character: string): 'digit' | 'lower' | 'upper' | 'other' {
  if (character >= '0' && character <= '9') return 'digit';
  if (character >= 'a' && character <= 'z') return 'lower';
  return character >= 'A' && character <= 'Z' ? 'upper' : 'other';
}

/** Longer texts are not examined: they are data, whatever they look like. */
const MAX_LENGTH = 64;

/**
 * The kind of id that a text looks like: `n`, `uuid`, `date`, `ip`, `version`, `hex`, `ulid`, `email`, `token`, or `text` if
 * it has more than 64 characters; `null` if it looks like a word.
 *
 * @example idKind('42') // 'n'
 * @example idKind('orders') // null
 */
export function idKind(text: string): string | null {
  if (text.length > MAX_LENGTH) return 'text';
  if (!/[\d@]/.test(text)) return null;
  return KINDS.find(([, looksLikeIt]) => looksLikeIt(text))?.[0] ?? null;
}
