import { describe, expect, it } from 'vitest';
import { fieldNames } from '../../../src/http/field-names.ts';

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

  it('has no name where none is looked for', () => {
    expect(fieldNames([])('Host')).toBe('');
  });
});
