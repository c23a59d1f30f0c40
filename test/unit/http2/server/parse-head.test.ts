import { describe, expect, it } from 'vitest';
import { RequestRefusal } from '../../../../src/http1/errors.ts';
import { HEAD_LIMITS } from '../../../../src/http1/server/limits.ts';
import { parseHead } from '../../../../src/http2/server/parse-head.ts';
import { get } from '../../../support/http2-frames.ts';

const parse = (fields: readonly string[], endStream = true) =>
  parseHead(fields, endStream, HEAD_LIMITS);

function statusOf(fields: readonly string[], endStream = true): number {
  try {
    parse(fields, endStream);
  } catch (error) {
    if (error instanceof RequestRefusal) return error.status;
    throw error;
  }
  return 200;
}

describe('a head', () => {
  it('has the parts of a request line, and Host first', () => {
    expect(parse(get('/a?b', 'x-a', '1'))).toMatchObject({
      method: 'GET',
      target: '/a?b',
      authority: 'a.test',
      headers: ['host', 'a.test', 'x-a', '1'],
      framing: { kind: 'none' },
      expectsContinue: false,
    });
  });

  it('has one Cookie, in the place of the first', () => {
    const { headers } = parse(get('/', 'cookie', 'a=1', 'x', '1', 'cookie', 'b=2', 'cookie', 'c'));
    expect(headers.slice(2)).toEqual(['cookie', 'a=1; b=2; c', 'x', '1']);
  });

  it.each([
    ['no :authority', ['host', 'b.test'], 'b.test'],
    ['both, in other cases', [':authority', 'B.test', 'host', 'b.TEST'], 'B.test'],
  ])('with %s', (_, fields, authority) => {
    const head = parse([...get('/').slice(0, 6), ...fields]);
    expect([head.authority, head.headers]).toEqual([authority, ['host', authority]]);
  });

  it.each([
    [[], true, { kind: 'none' }],
    [[], false, { kind: 'chunked' }],
    [['content-length', '5'], false, { kind: 'length', length: 5 }],
    [['content-length', '0'], true, { kind: 'none' }],
  ])('%j, end %s: framing %j', (fields, endStream, framing) => {
    expect(parse(get('/', ...fields), endStream).framing).toEqual(framing);
  });

  it.each([
    ['100-continue', true],
    ['100-Continue', true],
  ])('expects %s', (expectation, expects) => {
    expect(parse(get('/', 'expect', expectation), false).expectsContinue).toBe(expects);
  });

  it('may ask for *', () => {
    const options = [':method', 'OPTIONS', ...get('*').slice(2)];
    expect(parse(options).target).toBe('*');
  });

  it('may have bytes above ASCII', () => {
    expect(parse(get('/\xe9', 'x', '\xe9 \xff')).headers.slice(2)).toEqual(['x', '\xe9 \xff']);
  });
});

it.each<[string, readonly string[], number]>([
  ['a field with a line end', get('/', 'x', 'a\r\nb'), 400],
  ['a field with a NUL', get('/', 'x', '\0'), 400],
  ['spaces around a value', get('/', 'x', ' a'), 400],
  ['a name with capitals', get('/', 'X', 'a'), 400],
  ['a name with a space', get('/', 'x y', 'a'), 400],
  ['no name', get('/', '', 'a'), 400],
  ['Connection', get('/', 'connection', 'x'), 400],
  ['TE', get('/', 'te', 'gzip, trailers'), 400],
  ['another Host', get('/', 'host', 'b.test'), 400],
  ['an absolute :path', get('http://b.test/'), 400],
  [':path twice', get('/', ':path', '/'), 400],
  ['a late :path', [...get('/').slice(0, 4), 'x', '1', ':path', '/'], 400],
  ['CONNECT', [':method', 'CONNECT', ':authority', 'a.test'], 501],
  ['two expectations', get('/', 'expect', '100-continue, x'), 417],
  ['a long :path', get(`/${'a'.repeat(8192)}`), 414],
  ['201 fields', get('/', ...Array.from({ length: 201 }, () => ['x', '1']).flat()), 431],
  ['33 KiB', get('/', 'x', 'a'.repeat(33 * 1024)), 431],
])('refuses %s', (_, fields, status) => {
  expect(statusOf(fields)).toBe(status);
});

it('refuses a length without a body, and lengths that differ or are none', () => {
  expect(statusOf(get('/', 'content-length', '5'))).toBe(400);
  expect(statusOf(get('/', 'content-length', '5', 'content-length', '5'), false)).toBe(400);
  expect(statusOf(get('/', 'content-length', '+5'), false)).toBe(400);
});
