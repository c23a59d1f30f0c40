import { expect, it } from 'vitest';
import { HEAD_LIMIT_BYTES, MAX_FIELDS } from '../../../../src/http2/client/limits.ts';
import { fieldList, responseHead } from '../../../../src/http2/client/response-head.ts';

const received = (raw: readonly string[], status: unknown = '200') =>
  [{ ':status': status }, 4, [':status', String(status), ...raw]] as const;

it('is as of a response over HTTP/1.1', () => {
  const head = responseHead(received(['x-a', '1', 'x-a', '2', 'connection', 'x']), false);
  expect(head).toMatchObject({
    status: 200,
    reason: 'OK',
    lines: 'x-a: 1\r\nx-a: 2\r\n',
    length: null,
    framing: { kind: 'chunked' },
    keepAlive: true,
  });
  expect(responseHead(received(['content-length', '3']), false)).toMatchObject({
    length: 3,
    framing: { kind: 'length', length: 3 },
  });
  expect(responseHead(received([]), true).framing).toEqual({ kind: 'none' });
});

it('is read from an object where the runtime has no list', () => {
  const fields = { ':status': 200, 'x-a': ['1', '2'], 'x-b': '3' };
  expect(fieldList([fields, 4])).toEqual(['x-a', '1', 'x-a', '2', 'x-b', '3']);
});

it.each([
  ['100', 100, 'Continue'],
  ['299', 299, ''],
  ['404', 404, 'Not Found'],
  ['999', 999, ''],
])('has the status %s and its reason', (text, status, reason) => {
  expect(responseHead(received([], text), true)).toMatchObject({ status, reason });
});

/** Equal fields, so many. */
const many = (count: number) => Array.from({ length: count }, () => ['x', '1']).flat();

/** Fields of so many bytes in names and values, `:status` among them. */
const fieldsOf = (bytes: number) => ['x', 'a'.repeat(bytes - ':status200x'.length)];

it('may have as many fields and bytes as are allowed', () => {
  const counted = [...many(MAX_FIELDS), 'connection', 'x'];
  expect(fieldList(received(counted))).toHaveLength(2 * MAX_FIELDS);
  const long = fieldsOf(HEAD_LIMIT_BYTES);
  expect(fieldList(received(long))).toEqual(long);
});

it.each([
  ['a status that is none', [], 'abc', 'a status "abc"'],
  ['no status', [], null, 'a status "null"'],
  ['a status below 100', [], '99', 'a status "99"'],
  ['a status of four digits', [], '1000', 'a status "1000"'],
  ['a switch of protocols', [], '101', 'a status "101"'],
  ['two lengths', ['content-length', '1', 'content-length', '1'], '200', 'a Content-Length'],
  ['a length that is none', ['content-length', '-1'], '200', 'a Content-Length'],
  ['the end of a line', ['x-a', 'b\r\nc: d'], '200', 'a field "x-a"'],
  ['a name with a blank', ['x a', 'b'], '200', 'a field "x a"'],
  ['a name in capitals', ['X-A', 'b'], '200', 'a field "X-A"'],
  ['too many fields', many(MAX_FIELDS + 1), '200', 'more than 200 fields'],
  ['too many bytes', fieldsOf(HEAD_LIMIT_BYTES + 1), '200', 'fields over 65536 bytes'],
])('is refused with %s', (_, raw, status, message) => {
  expect(() => responseHead(received(raw, status), false)).toThrow(
    expect.objectContaining({ name: 'ProtocolError', message }),
  );
});
