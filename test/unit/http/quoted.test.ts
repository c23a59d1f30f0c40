import { describe, expect, it } from 'vitest';
import { inOneLine, printable, quoted } from '../../../src/http/quoted.ts';

describe('foreign text', () => {
  it.each([
    ['a line feed', 'a\nb', 'a\\u000ab'],
    ['an escape sequence', '\x1b[31m', '\\u001b[31m'],
    ['DEL and C1', '\x7f\x9b', '\\u007f\\u009b'],
    ['ends of lines', '\u2028\u2029\u0085', '\\u2028\\u2029\\u0085'],
    ['marks of direction', '\u202eabc', '\\u202eabc'],
    ['what is not seen', 'a\u200bb\ufeff', 'a\\u200bb\\ufeff'],
    ['letters and marks that are not seen', '\u3164\u115f\ufe0f', '\\u3164\\u115f\\ufe0f'],
    ['half a pair', '\ud83d', '\\ud83d'],
    ['a tag beyond the basic plane', '\u{e0041}', '\\udb40\\udc41'],
    ['letters', 'Zoë \u65e5\u672c \u{1f600}', 'Zoë \u65e5\u672c \u{1f600}'],
    ['quotes and backslashes', '"\\', '"\\'],
  ])('is in one line: %s', (_, text, shown) => {
    expect(inOneLine(text)).toBe(shown);
    expect(printable(text)).toBe(shown);
  });

  it('stands in quotes that it cannot end', () => {
    expect(quoted('a"b\\\n\x9b')).toBe('"a\\"b\\\\\\n\\u009b"');
  });

  it('has an end', () => {
    expect(printable('a'.repeat(10_000))).toBe(`${'a'.repeat(256)}...`);
    expect(quoted('a'.repeat(10_000))).toBe(`"${'a'.repeat(256)}..."`);
    expect(quoted(`${'a'.repeat(255)}\u{1f600}`)).toBe(`"${'a'.repeat(255)}\\ud83d..."`);
  });
});
