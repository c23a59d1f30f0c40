/** Bytes that become text faster than they are searched. */
const SHORT = 2048;

/**
 * The head of a message as far as it is here, one character per byte, and what came behind it unless
 * that is long: a body need not become text.
 *
 * @param from where the head begins
 * @param limit bytes of a head at most; of a longer one, 4 more are given, which hold no end of it
 */
export function headText(input: Buffer, from: number, limit: number): string {
  const isShort = input.byteLength - from <= SHORT;
  const end = isShort ? -1 : input.indexOf('\r\n\r\n', from, 'latin1');
  return input.toString(
    'latin1',
    from,
    (end === -1 ? from + limit : Math.min(end, from + limit)) + 4,
  );
}
