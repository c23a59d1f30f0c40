import { describe, expect, it } from 'vitest';
import { Http2Preface } from '../../../../src/http1/errors.ts';
import { headLimits } from '../../../../src/http1/server/limits.ts';
import { RequestParser } from '../../../../src/http1/server/request-parser.ts';
import { PREFACE } from '../../../support/http2-frames.ts';
import { cut, cuts } from '../pieces.ts';
import { readPieces } from './read.ts';

const HOST = 'Host: a\r\n';
const CHUNKED = `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n`;
const post = (fields: string, body = '') => `POST / HTTP/1.1\r\n${HOST}${fields}\r\n${body}`;
const get = (target: string) => `GET ${target} HTTP/1.1\r\n${HOST}\r\n`;
/** A request whose head has so many bytes, less the empty line at its end. */
const sized = (bytes: number) => post(`A: ${'a'.repeat(bytes + 4 - post('A: \r\n').length)}\r\n`);

/** Reads it whole, in two pieces cut at every position, and byte by byte: always the same. */
function readEveryWay(text: string) {
  const whole = readPieces([text]);
  for (const pieces of cuts(text)) expect(readPieces(pieces), pieces[0]).toEqual(whole);
  expect(readPieces(cut(text, 1))).toEqual(whole);
  return whole;
}

describe('a request', () => {
  it.each<[string, string, string]>([
    ['no body', get('/'), ''],
    ['length 0', post('Content-Length: 0\r\n'), ''],
    ['a length', post('Content-Length: 5\r\n', 'hello'), 'hello'],
    ['a length with zeros before', post('content-length:005 \r\n', 'hello'), 'hello'],
    ['chunks', `${CHUNKED}5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n`, 'hello!'],
    [
      'chunk sizes in hex',
      `${CHUNKED}A\r\n0123456789\r\n0a\r\n0123456789\r\n0\r\n\r\n`,
      '0123456789'.repeat(2),
    ],
    [
      'blanks in chunk extensions',
      `${CHUNKED}1; a = "\\"\t\x80" ;\tb= c;d ;e\r\nx\r\n0;a=""\r\n\r\n`,
      'x',
    ],
    ['chunk extensions', `${CHUNKED}1;a\r\nx\r\n1;b="c;d"\r\ny\r\n0;e\r\n\r\n`, 'xy'],
    [
      'chunk extensions of more than a letter each',
      `${CHUNKED}1;name;next=value;last="";end\r\nx\r\n1;name=value\r\ny\r\n0\r\n\r\n`,
      'xy',
    ],
    [
      'more than one blank in chunk extensions',
      `${CHUNKED}1;  name \t=  value  ; \tnext  ;last\r\nx\r\n0\r\n\r\n`,
      'x',
    ],
    ['a target in absolute form', get('http://a/'), ''],
    ['a scheme in capitals', get('HTTP://a/'), ''],
    ['trailers', `${CHUNKED}1\r\nx\r\n0\r\nX-Sum: 1\r\nY:\r\n\r\n`, 'x'],
    [
      'what looks like a request in its body',
      post('Content-Length: 35\r\n', get('/smuggled')),
      get('/smuggled'),
    ],
    ['an empty line before it', `\r\n${get('/')}`, ''],
  ])('with %s is the same however it is cut', (_, text, body) => {
    const { requests, refused, held } = readEveryWay(text);
    expect([refused, held, requests.length]).toEqual([null, 0, 1]);
    expect([requests[0]!.body, requests[0]!.whole]).toEqual([body, true]);
  });

  it('is one of several that came together, in their order', () => {
    const text = `${get('/1')}${post('Content-Length: 3\r\n', 'two')}\r\n${CHUNKED}5\r\nthree\r\n0\r\n\r\n${get('/4')}`;
    const { requests } = readEveryWay(text);
    expect(requests.map(({ head, body }) => `${head.method} ${head.target} ${body}`)).toEqual([
      'GET /1 ',
      'POST / two',
      'POST / three',
      'GET /4 ',
    ]);
  });

  it.each([
    get('/').slice(0, -2),
    post('Content-Length: 5\r\n', 'hell'),
    `${CHUNKED}5\r\nhello\r\n`,
    `${CHUNKED}5\r\nhello\r\n0\r\n`,
    `${CHUNKED}5\r\nhello\r\n0\r\nA: 1\r\n`,
  ])('%j that breaks off is not whole', (text) => {
    const { requests, refused } = readEveryWay(text);
    expect([requests.every(({ whole }) => !whole), refused]).toEqual([true, null]);
  });
});

describe('refused, however it is cut:', () => {
  it.each<readonly [string, number, string]>([
    [
      'a length beside chunks',
      400,
      post('Content-Length: 5\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n'),
    ],
    [
      'chunks beside a length',
      400,
      post('Transfer-Encoding: chunked\r\nContent-Length: 5\r\n', '0\r\n\r\n'),
    ],
    ['two lengths', 400, post('Content-Length: 1\r\nContent-Length: 2\r\n', 'xy')],
    ['the same length twice', 400, post('Content-Length: 1\r\ncontent-length: 1\r\n', 'x')],
    ['a list of lengths', 400, post('Content-Length: 1, 1\r\n', 'x')],
    ['an empty length', 400, post('Content-Length:\r\n')],
    ['a length with a sign', 400, post('Content-Length: +1\r\n', 'x')],
    ['a negative length', 400, post('Content-Length: -1\r\n')],
    ['a length in hex', 400, post('Content-Length: 0x1\r\n', 'x')],
    ['a length with a space in it', 400, post('Content-Length: 1 1\r\n', 'x')],
    ['a length beyond counting', 400, post('Content-Length: 9999999999999999\r\n')],
    ['chunks twice', 400, post('Transfer-Encoding: chunked, chunked\r\n', '0\r\n\r\n')],
    [
      'chunks in two fields',
      400,
      post('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n'),
    ],
    ['chunks that are not the last coding', 400, post('Transfer-Encoding: chunked, gzip\r\n')],
    ['another coding', 501, post('Transfer-Encoding: gzip, chunked\r\n')],
    ['a coding that nearly is', 501, post('Transfer-Encoding: xchunked\r\n')],
    ['a coding that nearly is, with a control', 400, post('Transfer-Encoding: \x0bchunked\r\n')],
    ['the coding identity', 501, post('Transfer-Encoding: identity\r\n')],
    ['an empty coding', 501, post('Transfer-Encoding:\r\n')],
    ['chunks in HTTP/1.0', 400, `POST / HTTP/1.0\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n`],
    ['no Host', 400, 'GET / HTTP/1.1\r\n\r\n'],
    ['two Hosts', 400, `GET / HTTP/1.1\r\n${HOST}${HOST}\r\n`],
    ['a Host that is a path', 400, 'GET / HTTP/1.1\r\nHost: a/b\r\n\r\n'],
    ['a folded field', 400, get('/').replace('Host: a', 'Host: a\r\n b')],
    ['a folded first field', 400, `GET / HTTP/1.1\r\n Host: a\r\n\r\n`],
    ['a space before the colon', 400, post('Content-Length : 1\r\n', 'x')],
    ['a space in a name', 400, post('Content Length: 1\r\n', 'x')],
    ['a field without a name', 400, post(': 1\r\n')],
    ['a field without a colon', 400, post('Content-Length\r\n')],
    ['a name beyond ASCII', 400, post('X\xe9: 1\r\n')],
    ['a bare LF behind a field', 400, post('A: 1\nB: 2\r\n')],
    ['bare LFs only', 400, 'GET / HTTP/1.1\nHost: a\n\n'],
    ['a bare LF before the end', 400, 'GET / HTTP/1.1\r\nHost: a\n\r\n'],
    ['a bare CR', 400, post('A: 1\rB: 2\r\n')],
    ['a NUL in a value', 400, post('A: 1\0\r\n')],
    ['a control in a value', 400, post('A: 1\x07\r\n')],
    ['a delete in a value', 400, post('A: 1\x7f\r\n')],
    // RFC 9112 section 2.2: an empty line may be skipped, and nothing else.
    ['a bare CR before it', 400, `\r${get('/')}`],
    ['two empty lines before it', 400, `\r\n\r\n${get('/')}`],
    ['a space before it', 400, ` ${get('/')}`],
    ['another protocol', 400, '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    ['two spaces in the request line', 400, get(' /')],
    ['a tab in the request line', 400, get('/\t')],
    ['a space in the target', 400, get('/a b')],
    ['a target without a slash', 400, get('a')],
    ['a NUL in the target', 400, get('/\0')],
    ['no version', 400, `GET /\r\n${HOST}\r\n`],
    ['a version in lower case', 400, get('/').replace('HTTP', 'http')],
    ['HTTP/2', 505, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ...['1.2', '1.10', '11.1', '3.0', '23.45'].map(
      (version) => [`HTTP/${version}`, 505, get('/').replace('1.1', version)] as const,
    ),
    ['a version with a letter', 400, get('/').replace('1.1', '1.2x')],
    ['a target of https', 421, get('https://a/')],
    ['a target of a scheme that nearly is http', 400, get('httpx://a/')],
    ['a method that is no token', 400, get('/').replace('GET', 'G(T')],
    ['CONNECT', 501, `CONNECT a:443 HTTP/1.1\r\n${HOST}\r\n`],
    ['CONNECT in another form', 501, get('/').replace('GET', 'CONNECT')],
    ['an expectation other than 100-continue', 417, post('Expect: 200-ok\r\n')],
    ['a chunk size that is none', 400, `${CHUNKED}x\r\n`],
    ['an empty chunk size', 400, `${CHUNKED}\r\n`],
    ['a chunk size with a sign', 400, `${CHUNKED}+1\r\nx\r\n`],
    ['a chunk size with 0x', 400, `${CHUNKED}0x1\r\nx\r\n`],
    ['a space before a chunk size', 400, `${CHUNKED} 1\r\nx\r\n`],
    ['a space behind a chunk size', 400, `${CHUNKED}1 \r\nx\r\n`],
    ['a space before a chunk extension', 400, `${CHUNKED}1 ;a\r\nx\r\n`],
    ['a chunk size beyond counting', 400, `${CHUNKED}ffffffffffffff\r\n`],
    ['a bare LF behind a chunk size', 400, `${CHUNKED}1\nx\n0\n\n`],
    ['a bare LF in a chunk extension', 400, `${CHUNKED}1;a\n\r\nx\r\n`],
    ['a bare CR in a chunk extension', 400, `${CHUNKED}1;a\rb\r\nx\r\n`],
    ...[
      ';',
      ';;a',
      ';a=',
      ';a=;b',
      ';a b',
      ';a="b',
      ';a="b"c',
      ';a=b"c"',
      ';a="\\',
      ';"a"',
      ';a=b=c',
      ';a,b',
      ';a=\x80',
      ';a ',
    ].map(
      (extension) =>
        [`the extension ${extension}`, 400, `${CHUNKED}1${extension}\r\nx\r\n`] as const,
    ),
    ['a chunk longer than its size', 400, `${CHUNKED}1\r\nxy\r\n`],
    ['a chunk that ends in LF', 400, `${CHUNKED}1\r\nx\n0\r\n\r\n`],
    ['a trailer that is no field', 400, `${CHUNKED}0\r\nGET / HTTP/1.1\r\n\r\n`],
    ['a folded trailer', 400, `${CHUNKED}0\r\nA: 1\r\n 2\r\n\r\n`],
  ])('%s with %i', (_, status, text) => {
    expect(readEveryWay(text).refused).toBe(status);
  });

  it.each<[string, number | null, number, string]>([
    ['a head of the size that is set', null, 2048, sized(2048)],
    ['a head of one byte more', 431, 2048, sized(2049)],
    ['a head that is far longer', 431, 2048, sized(9000)],
    ['a line of the size that is set', null, 20_000, get(`/${'a'.repeat(20_000 - 150)}`)],
    ['a line that is longer', 414, 20_000, get(`/${'a'.repeat(20_000 - 13)}`)],
    ['a line of 8 KiB where heads are smaller', 431, 2048, get(`/${'a'.repeat(8000)}`)],
  ])('%s with %j', (_, status, bytes, text) => {
    for (const size of [Infinity, 1000, 1]) {
      const pieces = size === Infinity ? [text] : cut(text, size);
      expect(readPieces(pieces, headLimits(bytes)).refused).toBe(status);
    }
  });

  it.each<[string, number, string]>([
    ['a request line over 8 KiB', 414, get(`/${'a'.repeat(8192 - 13)}`)],
    ['a request line without end', 414, `GET /${'a'.repeat(9000)}`],
    ['a head over 32 KiB', 431, post(`A: ${'a'.repeat(16_000)}\r\n`.repeat(3))],
    ['a head without end', 431, `GET / HTTP/1.1\r\nA: ${'a'.repeat(40_000)}`],
    ['over 200 fields', 431, post('A: 1\r\n'.repeat(200))],
    ['chunk extensions over 16 KiB', 400, CHUNKED + `1;${'a'.repeat(4000)}\r\n.\r\n`.repeat(5)],
    ['a chunk extension over 16 KiB', 400, `${CHUNKED}1;${'a'.repeat(17_000)}`],
    ['trailers over 32 KiB', 400, `${CHUNKED}0\r\nA: ${'a'.repeat(33_000)}\r\n\r\n`],
  ])('%s with %i', (_, status, text) => {
    for (const size of [Infinity, 4096, 1000]) {
      const pieces = size === Infinity ? [text] : cut(text, size);
      expect(readPieces(pieces).refused).toBe(status);
    }
  });
});

it.each([
  ['a bare CR', '\rG'],
  ['CONNECT', 'CONNECT a:1 HTTP/1.1'],
  ['another version of HTTP: "GET / HTTP/2.0\\r"', 'GET / HTTP/2.0\r'],
  ['not the head of an HTTP/1.1 request: "GET /\\t"', 'GET /\t'],
  ['a head over 32768 bytes', sized(33_000)],
])('the log is told why: %s', (why, text) => {
  for (const pieces of [[text], cut(text, 1)]) expect(readPieces(pieces).why).toBe(why);
});

describe('refused with the first byte over a limit, however it is cut:', () => {
  it.each<[string, number, string]>([
    ['the 201st field', 431, post('A: 1\r\n'.repeat(200)).slice(0, -2)],
    ['a byte of a request line', 414, `GET /${'a'.repeat(8192 - 4)}`],
    ['a byte of a head', 431, `GET / HTTP/1.1\r\nA: ${'a'.repeat(32 * 1024 - 18)}`],
    ['a trailer', 400, `${CHUNKED}0\r\n${'A: 1\r\n'.repeat(101)}`],
    ['a byte of trailers', 400, `${CHUNKED}0\r\nA: ${'a'.repeat(32 * 1024 - 6)}`],
  ])('%s with %i', (_, status, text) => {
    for (const size of [Infinity, 1000, 1]) {
      const pieces = (part: string) => (size === Infinity ? [part] : cut(part, size));
      expect(readPieces(pieces(text.slice(0, -1))).refused).toBe(null);
      expect(readPieces(pieces(text)).refused).toBe(status);
    }
  });
});

describe('not refused:', () => {
  it.each<[string, string]>([
    ['a request line of 8 KiB', get(`/${'a'.repeat(8192 - 14)}`)],
    // The last byte of its end is the last that is read before its length is looked at.
    ['a request line of a byte less', get(`/${'a'.repeat(8192 - 15)}`)],
    ['200 fields', post('A: 1\r\n'.repeat(199))],
    ['a head of 32 KiB', `GET / HTTP/1.1\r\n${HOST}A: ${'a'.repeat(32 * 1024 - 28)}\r\n\r\n`],
  ])('%s', (_, text) => {
    expect(readPieces([text])).toMatchObject({ refused: null, requests: [{ whole: true }] });
    for (const size of [1000, 4096])
      expect(readPieces(cut(text, size))).toMatchObject({ refused: null, requests: [{}] });
  });
});

describe('a client of HTTP/2', () => {
  /** Reads pieces up to the refusal. Returns it, and what was read by then. */
  function refusalOf(pieces: readonly string[]): [refusal: unknown, read: string] {
    const parser = new RequestParser({ head: () => {}, data: () => {}, end: () => {} });
    let read = '';
    for (const piece of pieces) {
      read += piece;
      try {
        parser.push(Buffer.from(piece, 'latin1'));
      } catch (error) {
        return [error, read];
      }
    }
    return [null, read];
  }

  it('is known by its preface, and none of its bytes are lost, however they are split', () => {
    const text = `${PREFACE}\0\0\0\x04\0\0\0\0\0`;
    for (const pieces of [[text], ...cuts(text), cut(text, 1)]) {
      const [refusal, read] = refusalOf(pieces);
      expect(refusal, pieces[0]).toBeInstanceOf(Http2Preface);
      expect((refusal as Http2Preface).bytes.toString('latin1')).toBe(read);
    }
  });

  it.each([
    ['an empty line before it', `\r\n${PREFACE}`],
    ['another version', PREFACE.replace('2.0', '2.1')],
    ['another target', PREFACE.replace('*', '/')],
    ['another method', PREFACE.replace('PRI', 'GET')],
  ])('is none with %s', (_, text) => {
    for (const pieces of [[text], ...cuts(text), cut(text, 1)]) {
      const [refusal] = refusalOf(pieces);
      expect(refusal, pieces[0]).toMatchObject({ name: 'RequestRefusal', status: 505 });
    }
  });
});
