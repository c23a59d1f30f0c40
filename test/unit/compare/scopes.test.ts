import { describe, expect, it } from 'vitest';
import { compileScopes, type Scope } from '../../../src/compare/scopes.ts';
import { OverBudget } from '../../../src/compare/steps.ts';

function at(root: Scope, ...way: (string | number)[]): Scope {
  return way.reduce<Scope>(
    (scope, step) => (typeof step === 'number' ? scope.element(step) : scope.member(step)),
    root,
  );
}

const ignoring = (...ignored: string[]) =>
  compileScopes({ ignored, unordered: [], redacted: [] })();

describe('scopes', () => {
  it.each([
    ['/a', ['a'], true],
    ['/a', ['a', 'b', 0], true],
    ['/a', ['b'], false],
    ['/a/b', ['a'], false],
    ['', [], true],
    ['', ['a'], true],
    ['/', [''], true],
    ['/*', [7], true],
    ['/*/a', [7, 'a'], true],
    ['/*/a', ['a'], false],
    ['/7', [7], true],
    ['/7', ['7'], true],
    ['/7', [8], false],
    ['/**', [], true],
    ['/**/a', ['a'], true],
    ['/**/a', ['b', 3, 'a', 'c'], true],
    ['/**/a', ['b', 3, 'c'], false],
    ['/x/**/a', ['x', 'a'], true],
    ['/x/**/a', ['x', 'y', 'z', 'a'], true],
    ['/x/**/a', ['a'], false],
    ['/**/a/*/b', ['a', 'a', 'a', 'b'], true],
    ['/**/a/**/b', ['a', 'b'], true],
    ['/**/**', ['a'], true],
    ['/__proto__', ['__proto__'], true],
    ['/__proto__', ['constructor'], false],
  ] as const)('%s and the way %j: %s', (pointer, way, expected) => {
    expect(at(ignoring(pointer), ...way).ignored).toBe(expected);
  });

  it('tell what the pointers are for', () => {
    const root = compileScopes({ ignored: ['/a'], unordered: ['/b'], redacted: ['/c', '/b/0'] })();
    const flags = (scope: Scope) => [scope.ignored, scope.unordered, scope.redacted];
    expect(flags(at(root, 'a', 'x'))).toEqual([true, false, false]);
    expect(flags(at(root, 'b'))).toEqual([false, true, false]);
    // Of the array alone, not of those within it.
    expect(flags(at(root, 'b', 'x'))).toEqual([false, false, false]);
    expect(flags(at(root, 'b', 0, 'x'))).toEqual([false, false, true]);
    expect(flags(at(root, 'c', 'x'))).toEqual([false, false, true]);
  });

  it('are the same object where the same holds', () => {
    const root = ignoring('/**/a', '/b/c');
    expect(at(root, 'x')).toBe(at(root, 'y', 'z', 3));
    expect(at(root, 'x', 'a')).toBe(at(root, 'a', 'a', 'a'));
  });

  it('give a pair up that was made to need one for each value', async () => {
    const names = [...'abcdefghijklmnopqrst'];
    const scopes = compileScopes({
      ignored: names.map((name) => `/**/${name}/**/${name}`),
      unordered: [],
      redacted: [],
    });
    // Each set of names on the way is a scope of its own.
    const visit = (scope: Scope, from: number): void => {
      for (let i = from; i < names.length; i += 1) visit(scope.member(names[i]!), i + 1);
    };
    expect(() => visit(scopes(), 0)).toThrow(OverBudget);
    // The next pair begins anew.
    expect(at(scopes(), 'a', 'x', 'a').ignored).toBe(true);
  });

  it('are made anew when documents have made many', () => {
    const names = Array.from({ length: 12 }, (_, i) => `n${i}`);
    const rootOf = compileScopes({
      ignored: names.map((name) => `/**/${name}/*/*/*/*/*/*/*/end`),
      unordered: [],
      redacted: [],
    });
    const first = rootOf();
    expect(rootOf()).toBe(first);
    for (let i = 0; i < 5000; i += 1)
      at(first, ...Array.from({ length: 8 }, (_, k) => `n${Math.floor(i / 5 ** k) % 5}`));
    expect(rootOf()).not.toBe(first);
    const way = ['n3', 1, 2, 3, 4, 5, 6, 7];
    expect(at(rootOf(), ...way, 'end').ignored).toBe(true);
    expect(at(first, ...way, 'end').ignored).toBe(true);
  });
});
