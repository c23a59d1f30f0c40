import { describe, expect, it } from 'vitest';
import { parsePointer, placeOf, pointerFault } from '../../../src/compare/pointer.ts';

describe('pointers', () => {
  it.each([
    ['', []],
    ['/', ['']],
    ['/a/b', ['a', 'b']],
    ['/a//b', ['a', '', 'b']],
    ['/items/*/**', ['items', '*', '**']],
    ['/a~1b/m~0n/~01', ['a/b', 'm~n', '~1']],
    ['/__proto__', ['__proto__']],
  ])('%j', (text, names) => {
    expect(pointerFault(text)).toBeUndefined();
    expect(parsePointer(text)).toEqual(names);
  });

  it.each([
    [
      'items',
      'expected a JSON Pointer such as "/items/*/price", which begins with "/", got "items"',
    ],
    [
      '$.items',
      'expected a JSON Pointer such as "/items/*/price", which begins with "/", got "$.items"',
    ],
    [
      '/a~b',
      'expected "~0" for "~" or "~1" for "/" in a JSON Pointer, got a bare "~" at character 3 of "/a~b"',
    ],
    [
      '/a~',
      'expected "~0" for "~" or "~1" for "/" in a JSON Pointer, got a bare "~" at character 3 of "/a~"',
    ],
    [`/${'a'.repeat(1024)}`, 'expected a JSON Pointer of at most 1024 characters, got 1025'],
  ])('%j is none', (text, fault) => {
    expect(pointerFault(text)).toBe(fault);
  });
});

describe('places', () => {
  it('are pointers', () => {
    const names = ['a/b', '*', 'm~n', '', '__proto__'];
    expect(placeOf(names, 5)).toBe('/a~1b/*/m~0n//__proto__');
    expect(parsePointer(placeOf(names, 5))).toEqual(names);
    expect(placeOf(names, 0)).toBe('');
  });

  it('have no halves of characters', () => {
    expect(placeOf(['a\ud800', '\u{1f600}'], 2)).toBe('/*/\u{1f600}');
  });

  it('are short, whatever the names', () => {
    expect(placeOf(['x'.repeat(1e6), 'a'], 2)).toBe('/*/a');
    const deep = placeOf(Array(1000).fill('/'.repeat(64)), 1000);
    expect(deep.length).toBeLessThan(32 * 130);
    expect(deep).toMatch(/\/\*\*$/);
  });
});
