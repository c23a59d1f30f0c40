import { describe, expect, it } from 'vitest';
import { comparable, hostname, isAuthority } from '../../../src/http/authority.ts';

describe('isAuthority', () => {
  it.each([
    ['', true],
    ['a.example', true],
    ['A_b-c~1.example.:8080', true],
    ['127.0.0.1:65535', true],
    ['a.example:', true],
    ['[::1]', true],
    ['[2001:DB8::1]', true],
    ['A%4Ab', true],
    ['[2001:db8::192.0.2.1]:443', true],
    ['[::]:', true],
    ['[v1.a:b]:80', true],
    ['a..b', true],
    ['a:0', true],
    ['a,b', true],
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
    ['a%', false],
    ['a%4', false],
    ['a%zz', false],
    ['[]', false],
    ['[.]', false],
    ['[1]', false],
    ['[:]', false],
    ['[ab..cd::1]', false],
    ['[abcd::1', false],
    ['[1.2.3.4]', false],
    ['[1::2::3]', false],
    ['[1:2:3:4:5:6:7]', false],
    ['[12345::]', false],
    ['[::1.2.3.256]', false],
    ['[fe80::1%25eth0]', false],
    ['[fe80::1%eth0]', false],
    ['[v1]', false],
    ['[v.a]', false],
    ['[vg.a]', false],
  ])('%j: %s', (host, expected) => {
    expect(isAuthority(host)).toBe(expected);
  });
});

describe('what is compared of an authority', () => {
  it.each([
    ['', '', ''],
    ['A.Example', 'a.example', 'a.example'],
    ['A.Example:80', 'a.example:80', 'a.example'],
    ['a.example.', 'a.example', 'a.example'],
    ['a.example.:80', 'a.example:80', 'a.example'],
    ['a.example:', 'a.example:', 'a.example'],
    // Two dots end no name, and a dot alone is the root of all.
    ['a.example..', 'a.example..', 'a.example..'],
    ['a.example..:80', 'a.example..:80', 'a.example..'],
    ['.', '.', '.'],
    ['[2001:DB8::1]', '[2001:db8::1]', '[2001:db8::1]'],
    ['[2001:DB8::1]:80', '[2001:db8::1]:80', '[2001:db8::1]'],
  ])('%j', (authority, whole, host) => {
    expect([comparable(authority), hostname(authority)]).toEqual([whole, host]);
  });
});
