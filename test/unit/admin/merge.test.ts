import { expect, it } from 'vitest';
import { AdminRefusal } from '../../../src/admin/responses.ts';
import { merge, setAt } from '../../../src/admin/merge.ts';

// The table of RFC 7396, appendix A.
it.each<[unknown, unknown, unknown]>([
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  [{ a: 'b' }, { a: null }, {}],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
  [
    ['a', 'b'],
    ['c', 'd'],
    ['c', 'd'],
  ],
  [{ a: 'b' }, ['c'], ['c']],
  [{ a: 'foo' }, null, null],
  [{ a: 'foo' }, 'bar', 'bar'],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [[1, 2], { a: 'b', c: null }, { a: 'b' }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
])('%j merged with %j is %j', (target, patch, merged) => {
  const before = structuredClone(target);
  expect(merge(target, patch)).toEqual(merged);
  expect(target).toEqual(before);
});

it.each<[unknown, string, unknown]>([
  [{ a: 1 }, 'b/c', { a: 1, b: { c: 'v' } }],
  [{ a: { b: 1, c: 2 } }, 'a', { a: 'v' }],
  [{ a: [1, 2] }, 'a/1', { a: [1, 'v'] }],
  [{ a: [1, 2] }, 'a/2', { a: [1, 2, 'v'] }],
  [{ a: [{ b: 1 }] }, 'a/0/b', { a: [{ b: 'v' }] }],
])('%j with a value at %s is %j', (target, path, result) => {
  expect(setAt(target, path.split('/'), 'v')).toEqual(result);
});

it.each<[unknown, string, string]>([
  [{ a: 1 }, 'a/b', '/a'],
  [{ a: null }, 'a/b', '/a'],
  [{ a: [1] }, 'a/2', '/a/2'],
  [{ a: [1] }, 'a/x', '/a/x'],
  [{ a: { b: 1 } }, 'a/b/c/d', '/a/b'],
])('%j has no place at %s', (target, path, named) => {
  expect(() => setAt(target, path.split('/'), 'v')).toThrow(AdminRefusal);
  try {
    setAt(target, path.split('/'), 'v');
  } catch (error) {
    expect((error as AdminRefusal).response.body).toEqual({
      error_msg: `invalid sub-path: ${named}`,
    });
  }
});

it('keeps __proto__ a plain key', () => {
  const merged = merge({}, JSON.parse('{"__proto__":{"x":1}}')) as object;
  expect(Object.getPrototypeOf(merged)).toBe(Object.prototype);
  expect(Object.getPrototypeOf(setAt({}, ['__proto__', 'x'], 1) as object)).toBe(Object.prototype);
});
