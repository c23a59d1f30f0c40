import { expect, it } from 'vitest';
import { fieldsOf } from '../../../src/http2/fields.ts';

it('names are in lower case, and fields of one connection are left out', () => {
  const list = ['Content-Type', 'a', 'Connection', 'x', 'TE', 'gzip', 'Keep-Alive', '1', 'X-A', ''];
  expect({ ...fieldsOf(list) }).toEqual({ 'content-type': 'a', 'x-a': '' });
});

it('repeated fields stay apart, but for those that node:http2 refuses to repeat', () => {
  const list = ['x-a', '1', 'X-A', '2', 'x-a', '3', 'Date', 'a', 'date', 'b'];
  expect({ ...fieldsOf(list) }).toEqual({ 'x-a': ['1', '2', '3'], date: 'a, b' });
});

it.each(['constructor', '__proto__', 'toString'])('%s is a name like others', (name) => {
  const fields = fieldsOf([name, '1', name, '2']);
  expect(Object.entries(fields)).toEqual([[name.toLowerCase(), ['1', '2']]]);
});
