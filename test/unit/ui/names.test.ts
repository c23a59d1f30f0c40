import { expect, it } from 'vitest';
import { namesOf } from '../../../src/ui/names.ts';

it.each([
  [
    [{ host: 'http://a' }, { host: 'http://a', path: '/v2' }],
    ['http://a', 'http://a/v2'],
  ],
  [
    [null, 'http://a', {}, { host: { toString: 1 } }],
    ['', '/#2', '/#3', '/#4'],
  ],
  [
    [
      { host: 'http://a', path: 1 },
      { host: 'http://a', path: { toString: 1 } },
    ],
    ['http://a', 'http://a/#2'],
  ],
])('names mirrors that nobody has checked: %j', (mirrors, names) => {
  expect(namesOf(mirrors)).toEqual(names);
});
