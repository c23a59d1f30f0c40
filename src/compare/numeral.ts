/** Numbers of at most so many digits, and not too large or small, are doubles that differ if the numbers do. */
export const MAX_EXACT_DIGITS = 15;
const MAX_EXACT_EXPONENT = 200;

/** Exponents up to here are computed with; no longer ones occur, but in attacks. */
const MAX_EXPONENT = 1e15;

/** A JSON number that no double stands for exactly. */
export class Numeral {
  /** As it was written. */
  readonly text: string;
  /** Digits and exponent, the same for equal numbers: `9007199254740993e0`. */
  readonly value: string;

  constructor(text: string, value: string) {
    this.text = text;
    this.value = value;
  }
}

/**
 * Reads a number of JSON's grammar without losing digits: equal numbers become the same, however they are written. An
 * exponent of 16 digits or more is not computed with: such numbers are equal only if they are written the same.
 *
 * @example
 * readNumber('1.50e1'); // 15
 * readNumber('9007199254740993'); // Numeral { value: '9007199254740993e0' }
 */
export function readNumber(text: string): number | Numeral {
  if (text === '0') return 0;
  // Of so few digits, and in this range, no other number has the same double.
  if (text.length <= MAX_EXACT_DIGITS) {
    const double = Number(text);
    const size = Math.abs(double);
    if (size > 1e-180 && size < 1e180) return double;
  }
  const [mantissa, power = '0'] = text.toLowerCase().split('e') as [string, string?];
  const [whole, fraction = ''] = mantissa.split('.') as [string, string?];
  const sign = whole.startsWith('-') ? '-' : '';
  const written = whole.slice(sign.length) + fraction;
  let start = 0;
  let end = written.length;
  while (start < end && written[start] === '0') start += 1;
  if (start === end) return 0;
  while (written[end - 1] === '0') end -= 1;
  const exponent = Number(power) - fraction.length + (written.length - end);
  if (Math.abs(Number(power)) >= MAX_EXPONENT) return new Numeral(text, text);
  const value = `${sign}${written.slice(start, end)}e${exponent}`;
  const isExact = end - start <= MAX_EXACT_DIGITS && Math.abs(exponent) <= MAX_EXACT_EXPONENT;
  return isExact ? Number(value) : new Numeral(text, value);
}

/** The nearest double. */
function approximate(number: number | Numeral): number {
  return typeof number === 'number' ? number : Number(number.text);
}

/** The double whose digits are those of the number; `null` if there is none. */
export function doubleOf(number: Numeral): number | null {
  const double = approximate(number);
  if (!Number.isFinite(double)) return null;
  const back = readNumber(String(double));
  return typeof back === 'object' && back.value === number.value ? double : null;
}

/** Whether two numbers are equal, or differ by at most `tolerance` of the larger one. */
export function isWithin(tolerance: number, a: number | Numeral, b: number | Numeral): boolean {
  if (valueOf(a) === valueOf(b)) return true;
  if (tolerance === 0) return false;
  const [one, other] = [approximate(a), approximate(b)];
  // Not true for infinity, which stands for all numbers that are too large.
  return Math.abs(one - other) <= tolerance * Math.max(Math.abs(one), Math.abs(other));
}

/** The same for equal numbers. */
function valueOf(number: number | Numeral): number | string {
  return typeof number === 'number' ? number : number.value;
}
