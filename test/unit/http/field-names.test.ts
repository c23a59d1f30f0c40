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
    ['content_length'],
    // As long as one of them, and of a length that shares its bit with another's.
    [`x-${'b'.repeat(40)}`],
    ['h'.repeat(4 + 32)],
    ['constructor'],
    ['__proto__'],
  ])('knows no %j', (field) => {
    expect(nameOf(field)).toBe('');
  });

  it('has no name where none is looked for', () => {
    expect(fieldNames([])('Host')).toBe('');
  });
});
