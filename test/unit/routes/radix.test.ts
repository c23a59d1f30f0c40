import { describe, expect, it } from 'vitest';
import { buildPrefixTree } from '../../../src/routes/radix.ts';
import type { PrefixTree } from '../../../src/routes/radix.ts';
import { random } from '../../support/random.ts';

function found(tree: PrefixTree<string>, text: string): string[] {
  const values: string[] = [];
  for (let prefix = tree.longest(text); prefix !== null; prefix = prefix.shorter) {
    values.push(prefix.value);
  }
  return values;
}

function treeOf(keys: readonly string[], direction?: 'forwards' | 'backwards') {
  return buildPrefixTree(new Map(keys.map((key) => [key, key])), direction);
}

describe('buildPrefixTree', () => {
  it.each<[string[], string, string[]]>([
    [[], '/a', []],
    [[''], '', ['']],
    [[''], '/a', ['']],
    [['/a'], '/', []],
    [['/a'], '/b', []],
    [['/a'], '/a', ['/a']],
    [['/ab', '/ac'], '/a', []],
    [['/ab', '/ac', '/a'], '/ac', ['/ac', '/a']],
    [['/', '/api/', '/api/v1/'], '/api/v1/users', ['/api/v1/', '/api/', '/']],
    [['/', '/api/', '/api/v1/'], '/api/v2', ['/api/', '/']],
    [['/', '/api/'], '/apis', ['/']],
    [['/é', '/😀a'], '/😀a/b', ['/😀a']],
  ])('%j: %j begins with %j', (keys, text, expected) => {
    expect(found(treeOf(keys), text)).toEqual(expected);
    expect(found(treeOf(keys.toReversed()), text)).toEqual(expected);
  });

  it.each<[string[], string, string[]]>([
    [['.example', '.shop.example', ''], 'a.shop.example', ['.shop.example', '.example', '']],
    [['.example'], 'example', []],
    [['example'], 'example', ['example']],
    [['.xample'], 'example', []],
  ])('%j: %j ends with %j', (keys, text, expected) => {
    expect(found(treeOf(keys, 'backwards'), text)).toEqual(expected);
  });

  it.each(['forwards', 'backwards'] as const)('%s agrees with trying every key', (direction) => {
    const next = random(direction.length);
    const word = (most: number) =>
      Array.from({ length: Math.floor(next() * most) }, () => 'ab/é'[Math.floor(next() * 4)]).join(
        '',
      );
    for (let round = 0; round < 200; round += 1) {
      const keys = [...new Set(Array.from({ length: 1 + (round % 30) }, () => word(7)))];
      const tree = treeOf(keys, direction);
      for (let i = 0; i < 25; i += 1) {
        const text = word(12);
        const expected = keys
          .filter((key) => (direction === 'forwards' ? text.startsWith(key) : text.endsWith(key)))
          .toSorted((a, b) => b.length - a.length);
        expect([keys, text, found(tree, text)]).toEqual([keys, text, expected]);
      }
    }
  });

  it('may be as deep as the longest path, and has children of any letter', () => {
    const keys = Array.from({ length: 4096 }, (_, i) => `/${'a'.repeat(i)}`);
    const tree = treeOf([...keys, '/\u0001', '/\uffff']);
    expect(found(tree, `/${'a'.repeat(5000)}`)).toEqual(keys.toReversed());
    expect(found(tree, '/\uffff\u0001')).toEqual(['/\uffff', '/']);
    expect(found(tree, '/\u0002')).toEqual(['/']);
  });
});
