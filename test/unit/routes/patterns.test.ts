import { describe, expect, it } from 'vitest';
import { compileGlob } from '../../../src/routes/patterns.ts';
import { random } from '../../support/random.ts';

describe('compileGlob', () => {
  it.each([
    ['/a/*/b', '/a/x/b', true],
    ['/a/*/b', '/a/x/y/b', true],
    ['/a/*/b', '/a//b', true],
    ['/a/*/b', '/a/b', false],
    ['/a/*/b', '/a/x/b/', false],
    ['/a/*/b', '/a/x\n/b', true],
    ['/a/*/b/*', '/a/x/b/', true],
    ['/a/*/b/*', '/a/x/c/b/y', true],
    ['/a/*/b/*', '/a/x/b', false],
    ['/a/*.json', '/a/b.json', true],
    ['/a/*.json', '/a/b.jsonp', false],
    ['*/b', '/b', true],
    ['/a*a', '/a', false],
    ['/a*a', '/aa', true],
    ['/**', '/', true],
    ['/a.b*c', '/axb-c', false],
    ['/a', '/a', true],
    ['/a', '/ab', false],
  ])('%s takes %j: %s', (pattern, path, expected) => {
    expect(compileGlob(pattern)(path)).toBe(expected);
  });

  it('agrees with a regular expression', () => {
    const next = random(5);
    const word = (letters: string) =>
      Array.from(
        { length: Math.floor(next() * 9) },
        () => letters[Math.floor(next() * letters.length)],
      ).join('');
    for (let i = 0; i < 5000; i += 1) {
      const pattern = word('ab/**');
      const path = word('ab/');
      const expected = new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(path);
      expect([pattern, path, compileGlob(pattern)(path)]).toEqual([pattern, path, expected]);
    }
  });

  it('cannot be made slow by the path', () => {
    const glob = compileGlob(`/${'*a'.repeat(40)}*b`);
    expect(glob(`/${'a'.repeat(100_000)}`)).toBe(false);
  });
});
