import { describe, expect, it } from 'vitest';
import { percentDecoded } from '../../../src/http/percent.ts';
import { random } from '../../support/random.ts';

describe('percentDecoded', () => {
  it.each([
    ['', ''],
    ['plain', 'plain'],
    ['%41%7a', 'Az'],
    ['caf%C3%A9', 'caf\u00e9'],
    ['%2541', '%41'],
    // What is no escape stays, and so do others beside it.
    ['%', '%'],
    ['%4', '%4'],
    ['%%41', '%A'],
    ['%41%', 'A%'],
    ['%g1%41', '%g1A'],
    ['%1g%41', '%1gA'],
    ['%/1%:1%@1%`1', '%/1%:1%@1%`1'],
    ['%1/%1:%1@%1G', '%1/%1:%1@%1G'],
    ['%.1%1.%41', '%.1%1.A'],
    ['a%zzb%41c', 'a%zzbAc'],
    // The first and the last code point of each length, once something else is wrong.
    ['%ff%00%7F', '%ff\0\x7f'],
    ['%ff%C2%80%df%bf', '%ff\u0080\u07ff'],
    ['%ff%E0%A0%80%ef%bf%bf', '%ff\u0800\uffff'],
    ['%ff%F0%90%80%80%f4%8f%bf%bf', '%ff\u{10000}\u{10ffff}'],
    ['%ff%ED%9F%BF%EE%80%80', '%ff\ud7ff\ue000'],
  ])('%j: %j', (text, expected) => {
    expect(percentDecoded(text)).toBe(expected);
  });

  it.each([
    ['a byte that follows nothing', '%80'],
    ['another', '%BF'],
    ['a byte that begins nothing', '%F8'],
    ['another', '%FF'],
    ['a byte that begins nothing, and one that follows', '%F8%80'],
    ['another, and three that follow', '%F9%80%80%80'],
    ['two bytes for what takes one', '%C1%BF'],
    ['three bytes for what takes two', '%E0%9F%BF'],
    ['four bytes for what takes three', '%F0%8F%BF%BF'],
    ['half of a pair', '%ED%A0%80'],
    ['the other half', '%ED%BF%BF'],
    ['what is beyond Unicode', '%F4%90%80%80'],
    ['two bytes of three', '%E2%82'],
    ['three bytes of four', '%F0%9F%98'],
    ['a byte that does not follow', '%C3%C3'],
    ['a letter in place of an escape', '%C3A9'],
    ['a letter in place of a percent sign', '%C3xA9'],
  ])('leaves %s as it is: %s', (_, text) => {
    expect(percentDecoded(text)).toBe(text);
    expect(percentDecoded(`${text}%41`)).toBe(`${text}A`);
  });

  it('says of any text without other bytes what the language says', () => {
    const next = random(5);
    for (let i = 0; i < 2000; i += 1) {
      const code = Math.floor(next() * 0x110000);
      if (code >= 0xd800 && code <= 0xdfff) continue;
      const text = String.fromCodePoint(code);
      expect(percentDecoded(`%ff${encodeURIComponent(text)}`)).toBe(`%ff${text}`);
    }
  });
});
