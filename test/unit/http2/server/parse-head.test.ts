import { describe, expect, it } from 'vitest';
import { RequestRefusal } from '../../../../src/http1/errors.ts';
import { HEAD_LIMITS, MAX_FIELDS } from '../../../../src/http1/server/limits.ts';
import { parseHead } from '../../../../src/http2/server/parse-head.ts';
import { get } from '../../../support/http2-frames.ts';

const parse = (fields: readonly string[], endStream = true) =>
  parseHead(fields, endStream, HEAD_LIMITS);

/** The status and the reason of a refusal. */
function refusal(fields: readonly string[], endStream = true): [number, string] {
  try {
    parse(fields, endStream);
  } catch (error) {
    if (error instanceof RequestRefusal) return [error.status, error.message];
    throw error;
  }
  return [200, ''];
}

const METHOD = [':method', 'GET'];
const SCHEME = [':scheme', 'http'];
const PATH = [':path', '/'];
const AUTHORITY = [':authority', 'a.test'];

/** Equal fields, so many. */
const many = (count: number) => Array.from({ length: count }, () => ['x', '1']).flat();

/** A head of so many bytes: each field counts as its line in HTTP/1.1, with `: ` and the end of the line. */
function headOf(bytes: number): string[] {
  const fields = get('/', 'x', '');
  const used = fields.join('').length + 4 * (fields.length / 2);
  return [...fields.slice(0, -1), 'a'.repeat(bytes - used)];
}

/** A path that makes a request line of so many bytes, of which the method is the rest. */
const pathOf = (bytes: number) => `/${'a'.repeat(bytes - 'GET/'.length)}`;

describe('a head', () => {
  it('has the parts of a request line, and Host first', () => {
    expect(parse(get('/a?b', 'x-a', '1'))).toMatchObject({
      method: 'GET',
      target: '/a?b',
      http11: true,
      authority: 'a.test',
      headers: ['host', 'a.test', 'x-a', '1'],
      framing: { kind: 'none' },
      keepAlive: true,
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

  it.each([
    ['bytes above ASCII', ['x', '\xe9 \xff']],
    ['a tab in a value', ['x', 'a\tb']],
    ['an empty value', ['x', '']],
    ['a value of one character', ['x', 'a']],
    ['any characters of a token as a name', ["!#$%&'*+-.^_`|~09az", '1']],
    ['TE', ['te', 'trailers']],
    ['TE in another case', ['te', 'Trailers']],
    ['as many fields as are allowed', many(MAX_FIELDS)],
  ])('may have %s', (_, fields) => {
    expect(parse(get('/\xe9', ...fields)).headers.slice(2)).toEqual(fields);
  });

  it.each(['GET', 'PROPFIND', 'patch', 'M-SEARCH', "!#$%&'*+.^_`|~"])('method %s', (method) => {
    expect(parse([':method', method, ...get('/').slice(2)]).method).toBe(method);
  });

  it('may be as long as its limits', () => {
    const { head, requestLine } = HEAD_LIMITS;
    expect(parse(headOf(head)).authority).toBe('a.test');
    expect(parse(get(pathOf(requestLine))).target).toBe(pathOf(requestLine));
  });
});

describe('is refused', () => {
  it.each<[string, readonly string[], string]>([
    ['a field with a line end', get('/', 'x', 'a\r\nb'), 'a field "x"'],
    ['a field with a NUL', get('/', 'x', '\0'), 'a field "x"'],
    ['a space before a value', get('/', 'x', ' a'), 'a field "x"'],
    ['a space after a value', get('/', 'x', 'a '), 'a field "x"'],
    ['a value of one space', get('/', 'x', ' '), 'a field "x"'],
    ['a name with capitals', get('/', 'X', 'a'), 'a field "X"'],
    ['a name with a space', get('/', 'x y', 'a'), 'a field "x y"'],
    ['a name with a space before it', get('/', ' x', 'a'), 'a field " x"'],
    ['a name with a space behind it', get('/', 'x ', 'a'), 'a field "x "'],
    ['no name', get('/', '', 'a'), 'a field ""'],
    ['Connection', get('/', 'connection', 'x'), 'a field of HTTP/1.1 connections: connection'],
    ['Keep-Alive', get('/', 'keep-alive', 'x'), 'a field of HTTP/1.1 connections: keep-alive'],
    [
      'Proxy-Connection',
      get('/', 'proxy-connection', 'x'),
      'a field of HTTP/1.1 connections: proxy-connection',
    ],
    [
      'Transfer-Encoding',
      get('/', 'transfer-encoding', 'chunked'),
      'a field of HTTP/1.1 connections: transfer-encoding',
    ],
    ['Upgrade', get('/', 'upgrade', 'x'), 'a field of HTTP/1.1 connections: upgrade'],
    ['TE', get('/', 'te', 'gzip, trailers'), 'TE: "gzip, trailers"'],
    ['two Hosts', get('/', 'host', 'a.test', 'host', 'a.test'), 'Host twice'],
    ['another Host', get('/', 'host', 'b.test'), 'Host differs from :authority'],
    ['an absolute :path', get('http://b.test/'), ':path "http://b.test/"'],
    ['a :path with a space', get('/ a'), ':path "/ a"'],
    ['a :path with more than *', get('*a'), ':path "*a"'],
    ['an empty :path', get(''), ':path ""'],
    ['no :path', [...METHOD, ...SCHEME, ...AUTHORITY], ':path ""'],
    ['no :method', [...SCHEME, ...PATH, ...AUTHORITY], 'no method'],
    ['an empty :method', [':method', '', ...get('/').slice(2)], 'no method'],
    ['a space before :method', [':method', ' GET', ...get('/').slice(2)], 'no method'],
    ['a space in :method', [':method', 'GET /', ...get('/').slice(2)], 'no method'],
    ['no :scheme', [...METHOD, ...PATH, ...AUTHORITY], 'no :scheme'],
    [':path twice', get('/', ':path', '/'), 'a field ":path"'],
    ['an unknown pseudo-field', [...get('/'), ':protocol', 'x'], 'a field ":protocol"'],
    ['a late :path', [...METHOD, ...SCHEME, 'x', '1', ...PATH], 'a field ":path"'],
    [
      'a :path after Host',
      [...METHOD, ...SCHEME, 'host', 'a.test', ...PATH, ...AUTHORITY],
      'a field ":path"',
    ],
    ['a length without a body', get('/', 'content-length', '5'), 'a length without a body'],
    ['two lengths', get('/', 'content-length', '0', 'content-length', '0'), 'Content-Length twice'],
  ])('with 400: %s', (_, fields, reason) => {
    expect(refusal(fields)).toEqual([400, `malformed HTTP/2: ${reason}`]);
  });

  it.each<[string, readonly string[], number, string]>([
    ['CONNECT', [':method', 'CONNECT', ...AUTHORITY], 501, 'CONNECT'],
    ['no authority', [...METHOD, ...SCHEME, ...PATH], 400, 'no Host'],
    ['a length that is none', get('/', 'content-length', '+5'), 400, 'not a length: "+5"'],
    [
      'two expectations',
      get('/', 'expect', '100-continue, x'),
      417,
      'an expectation that cannot be met: "100-continue, x"',
    ],
    [
      'two expectations in two fields',
      get('/', 'expect', 'x', 'expect', '100-continue'),
      417,
      'an expectation that cannot be met: "x, 100-continue"',
    ],
    [
      'a request line over its limit',
      get(pathOf(HEAD_LIMITS.requestLine + 1)),
      414,
      'a request line over 8192 bytes',
    ],
    ['a field over the limit', get('/', ...many(MAX_FIELDS + 1)), 431, 'too many fields'],
    ['a byte over the limit', headOf(HEAD_LIMITS.head + 1), 431, 'a head over 32768 bytes'],
  ])('%s', (_, fields, status, reason) => {
    expect(refusal(fields)).toEqual([status, reason]);
  });

  it('with a body as well: lengths that are equal, or none', () => {
    const twice = get('/', 'content-length', '5', 'content-length', '5');
    expect(refusal(twice, false)).toEqual([400, 'malformed HTTP/2: Content-Length twice']);
    expect(refusal(get('/', 'content-length', '+5'), false)[0]).toBe(400);
  });
});
