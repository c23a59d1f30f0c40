import { describe, expect, it } from 'vitest';
import { isAuthority } from '../../../src/http/authority.ts';

describe('isAuthority', () => {
  it.each([
    ['', true],
    ['a.example', true],
    ['A_b-c~1.example.:8080', true],
    ['127.0.0.1:65535', true],
    ['a.example:', true],
    ['[::1]', true],
    ['[2001:db8::192.0.2.1]:443', true],
    ["%41!$&'()*+,;=b", true],
    ['a:65536', false],
    ['a:123456', false],
    ['a:80:80', false],
    ['a:x', false],
    ['[::1', false],
    ['::1', false],
    ['[::1]x', false],
    ['a/b', false],
    ['a\\b', false],
    ['a?b', false],
    ['a#b', false],
    ['u@a', false],
    ['a b', false],
    ['a\tb', false],
    ['a"b', false],
    ['a{b}', false],
    ['caf\u00e9', false],
    ['a, b', false],
  ])('%j: %s', (host, expected) => {
    expect(isAuthority(host)).toBe(expected);
  });
});
