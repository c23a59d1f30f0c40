import { describe, expect, it } from 'vitest';
import { differences, json, jsonDifferences, response } from './responses.ts';

/** The kinds of differences, from either side. */
const KINDS = {
  same: [[], []],
  value: [['value'], ['value']],
  type: [['type'], ['type']],
  missing: [['missing'], ['extra']],
  renamed: [
    ['missing', 'extra'],
    ['missing', 'extra'],
  ],
};

/**
 * Texts that trip up naive comparison, each with its verdict: `same`, or how the values differ. `bytes` says that both
 * are compared byte by byte, as at least one of them is no JSON, or is JSON that programs read differently.
 */
const VERDICTS: readonly (readonly [
  what: string,
  primary: string,
  mirror: string,
  verdict: keyof typeof KINDS | 'bytes',
])[] = [
  ['an integer and a fraction of zero', '1', '1.0', 'same'],
  ['an exponent of zero', '1', '1e0', 'same'],
  ['a positive exponent', '100', '1e2', 'same'],
  ['an exponent in capitals and with a sign', '100', '1E+2', 'same'],
  ['a negative exponent', '0.01', '1e-2', 'same'],
  ['zeros at the end of a fraction', '1.5', '1.50', 'same'],
  ['zeros before an exponent', '1e2', '1e002', 'same'],
  ['negative zero', '0', '-0', 'same'],
  ['negative zero in other words', '-0.0', '0e5', 'same'],
  ['zero with an enormous exponent', '0', '0e9999999999999999999', 'same'],
  ['a number and its negative', '1', '-1', 'value'],
  ['neighbours above 2^53', '9007199254740993', '9007199254740992', 'value'],
  ['2^53 + 1 in two ways', '9007199254740993', '9.007199254740993e15', 'same'],
  ['2^53 + 1 with zeros', '9007199254740993', '90071992547409930e-1', 'same'],
  ['2^53 + 1 and what a double makes of it', '9007199254740993', '9007199254740992.0', 'value'],
  ['2^64 in two ways', '18446744073709551616', '1.8446744073709551616e19', 'same'],
  ['0.1 and the double next to it', '0.1', '0.1000000000000000055511151231257827', 'value'],
  ['0.1 with many zeros', '0.1', '0.10000000000000000000000000000', 'same'],
  ['1 with many zeros', '1', '1.00000000000000000000', 'same'],
  ['beyond a double', '1e400', '1e401', 'value'],
  ['beyond a double, in two ways', '1e400', '10e399', 'same'],
  ['below a double', '1e-400', '1e-401', 'value'],
  ['below a double, and zero', '1e-400', '0', 'value'],
  ['an exponent of 15 digits, in two ways', '1e999999999999999', '10e999999999999998', 'same'],
  ['an exponent that is not computed with', '1e10000000000000000', '1e10000000000000001', 'value'],
  ['a number and its text', '1', '"1"', 'type'],
  ['a boolean and its text', 'true', '"true"', 'type'],
  ['null and false', 'null', 'false', 'type'],
  ['null and its text', 'null', '"null"', 'type'],
  ['null and nothing', '{"a":null}', '{}', 'missing'],
  ['an empty text and null', '""', 'null', 'type'],
  ['an empty array and an empty object', '[]', '{}', 'type'],
  ['a zero before a number', '1', '01', 'bytes'],
  ['a plus before a number', '1', '+1', 'bytes'],
  ['a point without a fraction', '1', '1.', 'bytes'],
  ['a point without a whole part', '0.5', '.5', 'bytes'],
  ['hexadecimal digits', '16', '0x10', 'bytes'],
  ['NaN', '0', 'NaN', 'bytes'],
  ['Infinity', '0', '-Infinity', 'bytes'],
  ['NaN as a text', '"NaN"', '"nan"', 'value'],
  ['NaN in an array', '[0]', '[NaN]', 'bytes'],
  ['undefined', 'null', 'undefined', 'bytes'],
  ['Infinity as a text', '"Infinity"', '"-Infinity"', 'value'],
  ['texts that read as the same number', '"1"', '"1.0"', 'value'],
  [
    'the same moment in two zones',
    '"2026-01-01T00:00:00Z"',
    '"2026-01-01T01:00:00+01:00"',
    'value',
  ],
  [
    'the same moment with and without milliseconds',
    '"2026-01-01T00:00:00Z"',
    '"2026-01-01T00:00:00.000Z"',
    'value',
  ],
  ['UTC in two ways', '"2026-01-01T00:00:00Z"', '"2026-01-01T00:00:00+00:00"', 'value'],
  ['a day and its first moment', '"2026-01-01"', '"2026-01-01T00:00:00Z"', 'value'],
  ['a moment as a text and as a number', '"2026-01-01T00:00:00Z"', '1767225600', 'type'],
  ['members in another order', '{"a":1,"b":2}', '{"b":2,"a":1}', 'same'],
  ['members whose names are numbers', '{"2":1,"1":2}', '{"1":2,"2":1}', 'same'],
  ['white space of all kinds', '{"a":[1,2]}', ' {\t"a" :\r\n[ 1 , 2 ] }\n', 'same'],
  ['white space that JSON does not know', '[1]', '[\u00a01]', 'bytes'],
  ['a name that occurs twice', '{"a":1}', '{"a":1,"a":1}', 'bytes'],
  ['the same, escaped', '{"a":1}', '{"a":1,"\\u0061":1}', 'bytes'],
  ['both with a name that occurs twice', '{"a":1,"a":2}', '{"a":2,"a":1}', 'bytes'],
  ['an escaped letter', '"a"', '"\\u0061"', 'same'],
  ['an escaped slash', '"a/b"', '"a\\/b"', 'same'],
  ['escapes in two cases', '"\\u00E9"', '"\\u00e9"', 'same'],
  ['short and long escapes', '"\\n"', '"\\u000a"', 'same'],
  ['a control character in a text', '"\\n"', '"\n"', 'bytes'],
  ['an escaped pair of surrogates', '"\u{1f600}"', '"\\ud83d\\ude00"', 'same'],
  ['a lone surrogate, in two cases', '"\\ud800"', '"\\uD800"', 'same'],
  ['two lone surrogates', '"\\ud800"', '"\\ud801"', 'value'],
  ['a lone surrogate and what replaces it', '"\\ud800"', '"\\ufffd"', 'value'],
  ['a lone surrogate in a name', '{"\\ud800":1}', '{"\\ud801":1}', 'renamed'],
  ['an escape that is none', '"a"', '"\\a"', 'bytes'],
  ['half an escape', '"a"', '"\\u00"', 'bytes'],
  ['composed and decomposed letters', '"\u00e9"', '"e\u0301"', 'value'],
  ['full and half width', '"a"', '"\uff41"', 'value'],
  ['a ligature and its letters', '"\ufb01"', '"fi"', 'value'],
  ['marks in another order', '"a\u0323\u0307"', '"a\u0307\u0323"', 'value'],
  ['a space of no width', '"a"', '"a\u200b"', 'value'],
  ['letters in two cases', '"a"', '"A"', 'value'],
  ['zero as a text', '"\\u0000"', '"\\u0000 "', 'value'],
  ['a byte order mark', '{"a":1}', '\ufeff{"a": 1}', 'same'],
  ['two byte order marks', '{"a":1}', '\ufeff\ufeff{"a":1}', 'bytes'],
  ['a byte order mark within', '{"a":1}', '{\ufeff"a":1}', 'bytes'],
  ['a byte order mark in a text', '"a"', '"\ufeffa"', 'value'],
  ['a name that objects inherit', '{"__proto__":1}', '{"constructor":1}', 'renamed'],
  ['an empty name', '{"":1}', '{"":2}', 'value'],
  ['a comma at the end', '[1]', '[1,]', 'bytes'],
  ['a comment', '[1]', '[1] // one', 'bytes'],
  ['single quotes', '"a"', "'a'", 'bytes'],
  ['two documents', '1', '1 2', 'bytes'],
  ['a document that is cut short', '{"a":[1]}', '{"a":[1]', 'bytes'],
  ['names in capitals', 'true', 'True', 'bytes'],
  ['both no JSON, and equal but for white space', '{a: 1}', '{a:1}', 'bytes'],
];

const kindsOf = async (primary: string, mirror: string) =>
  (await jsonDifferences(primary, mirror)).map((difference) => difference.split(' ')[1]);

describe('the verdict', () => {
  it.each(VERDICTS)('%s: %s and %s are %s', async (_, primary, mirror, verdict) => {
    if (verdict === 'bytes') {
      const found = await jsonDifferences(primary, mirror);
      expect(found).toEqual([expect.stringMatching(/^ (?:value|type)$/)]);
      expect(await jsonDifferences(mirror, primary)).toEqual(found);
    } else {
      expect(await kindsOf(primary, mirror)).toEqual(KINDS[verdict][0]);
      expect(await kindsOf(mirror, primary)).toEqual(KINDS[verdict][1]);
    }
  });

  it.each(VERDICTS)('%s: each is the same as itself', async (_, primary, mirror, verdict) => {
    for (const text of [primary, mirror]) {
      expect(await jsonDifferences(text, text)).toEqual([]);
      if (verdict !== 'bytes') expect(await jsonDifferences(text, `${text} `)).toEqual([]);
    }
  });
});

describe('bodies that are no UTF-8', () => {
  it.each([
    ['overlong', [0x22, 0xc0, 0xaf, 0x22]],
    ['a surrogate', [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ['cut short', [0x22, 0xc3, 0x22]],
    ['UTF-16', [0xff, 0xfe, 0x22, 0x00, 0x22, 0x00]],
  ])('%s: compared as bytes', async (_, bytes) => {
    const odd = { ...json(''), body: new Uint8Array(bytes) };
    expect(await differences(odd, odd)).toEqual([]);
    expect(await differences(odd, json('"a"'))).toEqual([' type']);
    expect(await differences(odd, response('a'))).toEqual(['content-type missing', ' value']);
  });
});
