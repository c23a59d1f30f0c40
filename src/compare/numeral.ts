/** Numbers of at most so many digits, and not too large or small, are doubles that differ if the numbers do. */
const MAX_EXACT_DIGITS = 15;
const MAX_EXACT_EXPONENT = 200;

/** Exponents up to here are computed with; no longer ones occur, but in attacks. */
const MAX_EXPONENT = 1e15;

/** A JSON number as it was written: a double would lose digits. */
export class Numeral {
  readonly text: string;
  #value: number | string | undefined;

  /** @param text of JSON's grammar */
  constructor(text: string) {
    this.text = text;
  }

  /**
   * Equal for numbers of equal value, however they are written: the number itself where a double can hold it, else its
   * digits and exponent. An exponent of 16 digits or more is not computed with: such numbers are equal only if they
   * are written the same.
   *
   * @example
   * new Numeral('1.50e1').value; // 15
   * new Numeral('9007199254740993').value; // '9007199254740993e0'
   */
  get value(): number | string {
    return (this.#value ??= valueOf(this.text));
  }

  /** As a double, rounded. */
  get approximate(): number {
    return Number(this.text);
  }

  /** True if the double that is nearest is written with the same digits: it can stand for the number. */
  get isDouble(): boolean {
    const { approximate } = this;
    return Number.isFinite(approximate) && new Numeral(String(approximate)).value === this.value;
  }
}

function valueOf(text: string): number | string {
  // The sum makes 0 of -0.
  if (text.length <= MAX_EXACT_DIGITS && !/e/i.test(text)) return Number(text) + 0;
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
  if (Math.abs(Number(power)) >= MAX_EXPONENT) return text;
  const normal = `${sign}${written.slice(start, end)}e${exponent}`;
  return end - start <= MAX_EXACT_DIGITS && Math.abs(exponent) <= MAX_EXACT_EXPONENT
    ? Number(normal)
    : normal;
}

/** Whether two numbers are equal, or differ by at most `tolerance` of the larger one. */
export function equalNumbers(a: Numeral, b: Numeral, tolerance: number): boolean {
  if (a.text === b.text || a.value === b.value) return true;
  if (tolerance === 0) return false;
  const [one, other] = [a.approximate, b.approximate];
  // Not true for infinity, which stands for all numbers that are too large.
  return Math.abs(one - other) <= tolerance * Math.max(Math.abs(one), Math.abs(other));
}
