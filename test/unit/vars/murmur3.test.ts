import { expect, it } from 'vitest';
import { murmur3 } from '../../../src/vars/murmur3.ts';

/** MurmurHash3_x86_32 with seed 0, as the reference implementation gives them. */
const VECTORS = [
  ['', 0],
  ['a', 0x3c2569b2],
  ['ab', 0x9bbfd75f],
  ['abc', 0xb3dd93fa],
  ['abcd', 0x43ed676a],
  ['abcde', 0xe89b9af6],
  ['abcdef', 0x6181c085],
  ['abcdefg', 0x883c9b06],
  ['test', 0xba6bd213],
  ['hello', 0x248bfa47],
  ['hello, world', 0x149bbb7f],
  ['Hello, world!', 0xc0363e43],
  ['The quick brown fox jumps over the lazy dog', 0x2e4ff723],
] as const;

it.each(VECTORS)('hashes %j', (text, hash) => {
  expect(murmur3(text)).toBe(hash);
});

it('hashes the UTF-8 bytes', () => {
  expect(murmur3('\u00e9')).not.toBe(murmur3('\xc3\xa9'));
  expect(murmur3('\u{1f600}')).toBe(murmur3(String.fromCodePoint(0x1f600)));
});
