import { describe, expect, it } from 'vitest';
import {
  fieldNames,
  hasMember,
  isHopByHop,
  lengthOf,
  mayHaveLength,
  members,
  nominated,
  trimmed,
  withoutHopByHop,
  headerValue,
  joinedValue,
  webHeaders,
  withoutField,
} from '../../../src/http/fields.ts';

describe('a list of fields', () => {
  const LIST = ['Via', '1', 'X-A', '2', 'VIA', '3', 'X-B', '4'];

  it.each([
    ['via', '1', '1, 3', ['X-A', '2', 'X-B', '4']],
    ['x-a', '2', '2', ['Via', '1', 'VIA', '3', 'X-B', '4']],
    ['x-b', '4', '4', ['Via', '1', 'X-A', '2', 'VIA', '3']],
    ['x-c', undefined, undefined, LIST],
    ['x-', undefined, undefined, LIST],
  ])('has of %s the first value, all values, and the rest', (name, first, all, rest) => {
    expect(headerValue(LIST, name)).toBe(first);
    expect(joinedValue(LIST, name)).toBe(all);
    expect(withoutField(LIST, name)).toEqual(rest);
  });

  it('is the same list if it lacks what is taken out', () => {
    expect(withoutField(LIST, 'x-c')).toBe(LIST);
  });

  it('becomes Headers', () => {
    expect([...webHeaders(LIST)]).toEqual([
      ['via', '1, 3'],
      ['x-a', '2'],
      ['x-b', '4'],
    ]);
  });
});

describe('members of a list', () => {
  it.each([
    ['', []],
    [' \t', []],
    [',', []],
    [', ,\t,', []],
    ['a', ['a']],
    ['a,b', ['a', 'b']],
    [' a ,\tb\t', ['a', 'b']],
    [',a,,b,', ['a', 'b']],
    ['a b, c', ['a b', 'c']],
    ['Close, TE', ['Close', 'TE']],
    ['\u00a0a\u00a0', ['\u00a0a\u00a0']],
  ])('%j: %j', (list, expected) => {
    expect(members(list)).toEqual(expected);
  });
});

describe('whether a list has `close`', () => {
  it.each([
    [undefined, false],
    ['', false],
    ['close', true],
    ['CLOSE', true],
    ['keep-alive, close', true],
    ['close,keep-alive', true],
    ['\tclose ,te', true],
    ['te, , close', true],
    ['closed', false],
    ['closes, enclose', false],
    ['clos, e', false],
    ['keep close', false],
    ['close\u00a0', false],
  ])('%j: %s', (list, expected) => {
    expect(hasMember(list, 'close')).toBe(expected);
  });
});

describe('a text without the white space around it', () => {
  it.each([
    ['', ''],
    ['  ', ''],
    [' \ta b\t ', 'a b'],
    ['a', 'a'],
    // White space to JavaScript, and none to HTTP.
    ['\u00a0a\v', '\u00a0a\v'],
    ['\na\r', '\na\r'],
  ])('%j: %j', (text, expected) => {
    expect(trimmed(text)).toBe(expected);
  });

  it('is looked for between two offsets alone', () => {
    expect(trimmed('ab  cd', 2, 4)).toBe('');
    expect(trimmed('a b c d', 1, 6)).toBe('b c');
    expect(trimmed('a b ', 1)).toBe('b');
  });
});

const LONG = `x-${'a'.repeat(40)}`;
const nameOf = fieldNames(['host', 'te', 'content-length', 'x-forwarded-for', LONG]);

describe('fieldNames', () => {
  it.each([
    ['host', 'host'],
    ['Host', 'host'],
    ['HOST', 'host'],
    ['hOsT', 'host'],
    ['TE', 'te'],
    ['Content-Length', 'content-length'],
    ['content-Length', 'content-length'],
    ['X-Forwarded-For', 'x-forwarded-for'],
    ['X-FORWARDED-for', 'x-forwarded-for'],
    [LONG.toUpperCase(), LONG],
  ])('knows %s, whatever its case', (field, name) => {
    expect(nameOf(field)).toBe(name);
  });

  it.each([
    [''],
    ['From'],
    ['Content-Lengths'],
    // As long as one of them, with the same first letter.
    ['Hoax'],
    ['content_length'],
    [`x-${'b'.repeat(40)}`],
    ['h'.repeat(100)],
    // ( and H differ in case, if one takes them for letters.
    ['(ost'],
    ['constructor'],
    ['__proto__'],
  ])('knows no %j', (field) => {
    expect(nameOf(field)).toBe('');
  });

  it('looks between two offsets of a text', () => {
    const text = 'GET / HTTP/1.1\r\nHOST: a\r\nTE: b';
    expect(nameOf(text, 16, 20)).toBe('host');
    expect(nameOf(text, 25, 27)).toBe('te');
    expect(nameOf(text, 16, 19)).toBe('');
    expect(nameOf(text, 0, 3)).toBe('');
  });

  it('tells of those that look alike to CGI', () => {
    const known = fieldNames(['te', 'content-length', 'x-forwarded-for'], 'lookalike');
    expect(
      ['Content_Length', 'X_Forwarded-FOR', 'x-forwarded_for', 'Content.Length', 'x~forwarded!for']
        .map((name) => known(name))
        .filter((name) => name !== 'lookalike'),
    ).toEqual([]);
    expect(
      ['Content-Length', 'content-length', 'CONTENT-length', 'TE'].map((name) => known(name)),
    ).toEqual(['content-length', 'content-length', 'content-length', 'te']);
    expect(['Content_Lengths', '_E', 't_', 'Content.Lengte'].map((name) => known(name))).toEqual([
      '',
      '',
      '',
      '',
    ]);
  });

  it('knows none that is longer by one than all that are sought', () => {
    expect(fieldNames(['host'])('hosts')).toBe('');
  });

  it('looks at nothing before the offset', () => {
    expect(fieldNames(['host'])('HostHaha', 4)).toBe('');
    expect(fieldNames(['host'])('hosthaha', 4)).toBe('');
  });

  it('has no name where none is looked for', () => {
    expect(fieldNames([])('Host')).toBe('');
  });
});

const OF_THE_CONNECTION = [
  'Connection',
  'HTTP2-Settings',
  'Keep-Alive',
  'Proxy-Connection',
  'TE',
  'Transfer-Encoding',
  'Upgrade',
];

describe('fields of one connection', () => {
  it.each(OF_THE_CONNECTION)('%s is', (name) => {
    expect(isHopByHop(name.toLowerCase())).toBe(true);
    for (const spelled of [name, name.toLowerCase(), name.toUpperCase()])
      expect(withoutHopByHop(['A', '1', spelled, 'x', 'B', '2'])).toEqual(['A', '1', 'B', '2']);
  });

  it.each(['host', 'content-length', 'trailer', 'keep', ''])('%j is not', (name) => {
    expect(isHopByHop(name)).toBe(false);
  });
});

describe('what a Connection field names', () => {
  it.each([
    [undefined, null],
    ['', null],
    ['close', null],
    ['Keep-Alive', null],
    ['upgrade', null],
    ['X-Debug', ['x-debug']],
    ['close, X-Debug', ['close', 'x-debug']],
    ['xclose', ['xclose']],
    ['closed', ['closed']],
    // Nobody may take a message's end or its addressee away.
    ['Host, Content-Length, X-A', ['x-a']],
  ])('%j: %j', (connection, expected) => {
    const names = nominated(connection);
    expect(names === null ? null : [...names]).toEqual(expected);
  });
});

describe('withoutHopByHop', () => {
  it('returns the same list when nothing has to go', () => {
    const list = ['Host', 'a', 'Accept', '*/*'];
    expect(withoutHopByHop(list)).toBe(list);
  });

  it('drops what any Connection field names, whatever its case and place', () => {
    expect(
      withoutHopByHop(['X-A', '1', 'Connection', 'x-a', 'X-B', '2', 'CONNECTION', 'x-b', 'C', '3']),
    ).toEqual(['C', '3']);
  });

  it('does not take another field for Connection', () => {
    expect(withoutHopByHop(['Keep-Alive', 'x-a', 'X-A', '1'])).toEqual(['X-A', '1']);
    expect(withoutHopByHop(['Connection', 'x-b', 'Upgrade', 'x-a', 'X-A', '1'])).toEqual([
      'X-A',
      '1',
    ]);
  });

  it('keeps Host and Content-Length, also where Connection names them', () => {
    expect(
      withoutHopByHop(['Host', 'a', 'Connection', 'host, content-length', 'Content-Length', '5']),
    ).toEqual(['Host', 'a', 'Content-Length', '5']);
  });
});

it.each([
  ['0', 0],
  ['5', 5],
  ['005', 5],
  ['999999999999999', 999999999999999],
  ['1000000000000000', null],
  ['', null],
  ['+5', null],
  ['-5', null],
  ['5.0', null],
  ['0x5', null],
  ['1e1', null],
  ['5x', null],
  ['x5', null],
  ['5 5', null],
  // The same several times is one.
  ['5, 5', 5],
  ['5,5 ,\t5', 5],
  ['5, 6', null],
  ['6, 5, 5', null],
  ['5, 5, 6', null],
  ['5, 05', null],
  ['5,', null],
  [', 5', null],
  ['x, x', null],
])('%j is %s bytes', (value, expected) => {
  expect(lengthOf(value)).toBe(expected);
});

it.each([
  [100, false],
  [101, false],
  [199, false],
  [200, true],
  [203, true],
  [204, false],
  [205, true],
  [304, true],
  [500, true],
])('an answer of status %i may have one: %s', (status, expected) => {
  expect(mayHaveLength(status)).toBe(expected);
});
