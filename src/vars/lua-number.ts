// White space is LuaJIT's: space and the five controls from the tab on, and not 0xA0. No two repeats in
// a row take the same characters: what ends them is found in one pass, however long a client makes it.
const DECIMAL = /^[\t-\r ]*[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:e[+-]?[0-9]+)?[\t-\r ]*$/i;
const HEXADECIMAL = /^[\t-\r ]*([+-]?)(0x[0-9a-f]+)[\t-\r ]*$/i;

/**
 * Lua's `tonumber`: unlike with `Number`, the empty string is no number, and `-0x10` is one.
 *
 * @example luaNumber(' 1.5e3') // 1500
 */
export function luaNumber(text: string): number | undefined {
  if (DECIMAL.test(text)) return Number(text);
  const hexadecimal = HEXADECIMAL.exec(text);
  if (hexadecimal === null) return undefined;
  return Number(hexadecimal[2]) * (hexadecimal[1] === '-' ? -1 : 1);
}
