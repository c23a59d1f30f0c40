import { expect, it } from 'vitest';
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
  ['a status that is none', [], 'abc'],
  ['no status', [], null],
  ['a switch of protocols', [], '101'],
  ['two lengths', ['content-length', '1', 'content-length', '1'], '200'],
  ['a length that is none', ['content-length', '-1'], '200'],
  ['the end of a line', ['x-a', 'b\r\nc: d'], '200'],
  ['a name with a blank', ['x a', 'b'], '200'],
  ['a name in capitals', ['X-A', 'b'], '200'],
  ['too many fields', Array.from({ length: 201 }, () => ['x', '1']).flat(), '200'],
  ['too many bytes', ['x', 'a'.repeat(64 * 1024)], '200'],
])('is refused with %s', (_, raw, status) => {
  expect(() => responseHead(received(raw, status), false)).toThrow(
    expect.objectContaining({ name: 'ProtocolError' }),
  );
});
