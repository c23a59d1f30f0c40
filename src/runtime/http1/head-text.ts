/** Bytes that become text faster than they are searched. */
const SHORT = 2048;

/**
 * The head of a message as far as it is here, one character per byte, and what came behind it unless
 * that is long: a body need not become text.
 *
 * @param limit bytes of a head at most; of a longer one, 4 more are given, which hold no end of it
 */
export function headText(input: Buffer, limit: number): string {
  const end = input.byteLength > SHORT ? input.indexOf('\r\n\r\n', 0, 'latin1') : -1;
  return input.toString('latin1', 0, end === -1 ? limit + 4 : Math.min(end, limit) + 4);
}
