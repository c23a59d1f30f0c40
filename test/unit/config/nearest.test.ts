import { expect, it } from 'vitest';
import { nearest } from '../../../src/config/nearest.ts';

const WORDS = ['serve', 'demo', 'check', 'explain', 'help', '--port', '--host', '--log-level'];

it.each([
  ['chekc', 'check'],
  ['demon', 'demo'],
  ['dmeo', 'demo'],
  ['xplain', 'explain'],
  ['Explain', 'explain'],
  ['--prot', '--port'],
  ['--hots', '--host'],
  ['--loglevel', '--log-level'],
  ['--log_levle', '--log-level'],
  ['check', 'check'],
])('%s means %s', (word, expected) => {
  expect(nearest(word, WORDS)).toBe(expected);
});

it.each([['stray'], ['routes.json'], ['--no-such-flag'], ['x'], [''], ['--']])(
  '%j means nothing that is known',
  (word) => {
    expect(nearest(word, WORDS)).toBe(null);
  },
);

it('the nearest of several wins', () => {
  expect(nearest('abcdef', ['abcxyf', 'abcdxf', 'abcxef'])).toBe('abcdxf');
});

it('a long word costs little', () => {
  expect(nearest('x'.repeat(1_000_000), WORDS)).toBe(null);
});
