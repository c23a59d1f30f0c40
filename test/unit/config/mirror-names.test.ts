import { expect, it } from 'vitest';
import { hostOfMirror, named } from '../../../src/config/mirror-names.ts';

const A = 'https://a.example:8443';

it.each([
  [[{ host: A }], [A]],
  [[{ host: A, path: '/v2' }], [A]],
  [
    [{ host: A }, { host: 'http://b' }],
    [A, 'http://b'],
  ],
  [
    [{ host: A }, { host: A, path: '/v2' }, { host: 'http://b', path: '/v2' }],
    [A, `${A}/v2`, 'http://b'],
  ],
  [
    [{ host: A }, { host: A }],
    [A, `${A}/#2`],
  ],
  [
    [{ host: A, path: '/v2' }, { host: A, path: '/v2' }, { host: A }],
    [`${A}/v2`, `${A}/v2/#2`, A],
  ],
] as const)('calls the mirrors %j', (mirrors, names) => {
  expect(named<{ host: string; path?: string }>(mirrors).map(({ name }) => name)).toEqual(names);
});

it.each([A, `${A}/v2`, `${A}/#2`])('knows the host of %s', (name) => {
  expect(hostOfMirror(name)).toBe(A);
});

it.each(['primary', 'other', 'http://b'])('leaves %s as it is', (name) => {
  expect(hostOfMirror(name)).toBe(name);
});
