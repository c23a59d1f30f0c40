import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../../../../src/http1/errors.ts';
import { authorityOf, urlHost } from '../../../../src/http1/server/parse-request-head.ts';
import { readPieces } from './read.ts';

/** What follows is none of its business. */
function read(head: string) {
  const { requests, refused } = readPieces([`${head}\r\n\r\nHost: b\r\n\r\n`]);
  if (requests.length === 0) throw new Error(`refused with ${refused}`);
  return requests[0]!.head;
}

/** The status that it is refused with. */
function refusal(head: string): number | null {
  return readPieces([`${head}\r\n\r\n`]).refused;
}

describe('the head of a request', () => {
  it('keeps fields in their order and case, with their bytes', () => {
    const head = read(
      'GET /a%2Fb?x={"y"}\\\xe9 HTTP/1.1\r\nhOST: a.example:81\r\nX-A:1\r\nx-a: \t 2\xa0 \t\r\nX-Empty:\r\nX: a:b',
    );
    expect(head).toEqual({
      method: 'GET',
      target: '/a%2Fb?x={"y"}\\\xe9',
      http11: true,
      headers: ['hOST', 'a.example:81', 'X-A', '1', 'x-a', '2\xa0', 'X-Empty', '', 'X', 'a:b'],
      authority: 'a.example:81',
      framing: { kind: 'none' },
      keepAlive: true,
      expectsContinue: false,
    });
  });

  it.each(['GET', 'PROPFIND', 'patch', 'M-SEARCH', "!#$%&'*+.^_`|~"])('method %s', (method) => {
    expect(read(`${method} / HTTP/1.1\r\nHost: a`).method).toBe(method);
  });

  it.each(['/', '*', '/\xff', '/|^`<>"'])('target %s', (target) => {
    expect(read(`OPTIONS ${target} HTTP/1.1\r\nHost: a`).target).toBe(target);
  });

  it.each(['', 'a', '[::1]:80', '1.2.3.4.5', 'a_b.example', 'a:', 'a:0', 'a.example.:80'])(
    'Host %j',
    (host) => {
      expect(read(`GET / HTTP/1.1\r\nHost: ${host}`).authority).toBe(host);
    },
  );

  it('may lack Host in HTTP/1.0', () => {
    expect(read('GET / HTTP/1.0')).toMatchObject({ http11: false, authority: '', headers: [] });
  });

  it.each([
    ['http://a.example', 'a.example', '/'],
    ['HTTP://A.Example:8080/x?y', 'A.Example:8080', '/x?y'],
    ['http://[::1]:80?y', '[::1]:80', '/?y'],
    ['http://a.example:/#z', 'a.example:', '/'],
    ['http://a.example//b/http://c', 'a.example', '//b/http://c'],
  ])('the authority of %s wins over Host', (target, authority, path) => {
    const head = read(`GET ${target} HTTP/1.1\r\nX-A: 1\r\nhost: b.example\r\nX-B: 2`);
    const headers = ['X-A', '1', 'host', authority, 'X-B', '2'];
    expect(head).toMatchObject({ target: path, authority, headers });
    const alone = read(`GET ${target} HTTP/1.0\r\nX-A: 1`);
    expect(alone).toMatchObject({
      target: path,
      authority,
      headers: ['Host', authority, 'X-A', '1'],
    });
  });

  it.each([
    ['http:///x', 400],
    ['http://', 400],
    ['http://:80/x', 400],
    ['http://a:99999/x', 400],
    ['http://a:x/', 400],
    ['http://[abcd::1/x', 400],
    ['http://[1]/x', 400],
    ['http://u:p@a/x', 400],
    ['http://u@a/x', 400],
    ['http://@a/x', 400],
    ['http://a\\b/x', 400],
    ['http://a%zz/x', 400],
    ['http://caf\xe9/x', 400],
    ['http:a/x', 400],
    ['http:/a/x', 400],
    ['file:///etc/passwd', 400],
    ['ftp://a/x', 400],
    ['ws://a/x', 400],
    ['httpss://a/x', 400],
    // RFC 9110 section 7.4: not over a connection without TLS.
    ['https://a/x', 421],
    ['HTTPS://a/x', 421],
    ['a', 400],
    ['a:80', 400],
    ['?x', 400],
  ])('target %s: %i', (target, status) => {
    expect(refusal(`GET ${target} HTTP/1.1\r\nHost: a`)).toBe(status);
  });

  it.each(['[ab..cd::1]', '[.]', '[1]', 'a@b', 'a, b', 'a b', 'a%', 'a:65536', 'caf\xe9'])(
    'Host %s is none, whatever the target says',
    (host) => {
      for (const target of ['/', '*', 'http://a.example/'])
        expect(refusal(`OPTIONS ${target} HTTP/1.1\r\nHost: ${host}`)).toBe(400);
    },
  );

  it('cannot lack Host in HTTP/1.1, whatever the target says', () => {
    expect(refusal('GET http://a.example/ HTTP/1.1')).toBe(400);
  });

  it.each([
    ['1.1', '', true],
    ['1.1', 'Connection: close', false],
    ['1.1', 'Connection: X-A\r\nConnection: Close', false],
    ['1.1', 'Connection: Close\r\nConnection: X-A', false],
    ['1.1', 'Connection: keep-alive, X-Close', true],
    ['1.0', '', false],
    ['1.0', 'Connection: Keep-Alive', true],
  ])('HTTP/%s %j: the connection stays: %s', (version, fields, keepAlive) => {
    const lines = fields === '' ? '' : `\r\n${fields}`;
    expect(read(`GET / HTTP/${version}\r\nHost: a${lines}`).keepAlive).toBe(keepAlive);
  });

  it.each([
    ['1.1', '100-continue', true],
    ['1.1', '100-Continue', true],
    // RFC 9110 section 10.1.1: to be ignored in HTTP/1.0.
    ['1.0', '100-continue', false],
    ['1.0', 'miracles', false],
  ])('HTTP/%s expects %s: %s', (version, expect_, expected) => {
    const text = `POST / HTTP/${version}\r\nHost: a\r\nExpect: ${expect_}\r\nContent-Length: 1`;
    expect(read(text).expectsContinue).toBe(expected);
  });

  it.each([
    ['GET / HTTP/1.1', 'no Host'],
    ['GET / HTTP/1.1\r\nHost: a\r\nHost: a', 'Host twice'],
    ['GET / HTTP/1.1\r\nHost: a b', 'not a host: "a b"'],
    ['GET http://u@a/ HTTP/1.1\r\nHost: a', 'not an authority: "u@a"'],
    ['GET https://a/ HTTP/1.1\r\nHost: a', 'a target of https on a port without TLS'],
    ['CONNECT * HTTP/1.1\r\nHost: a', 'CONNECT'],
    ['CONNECT a:443 HTTP/1.1\r\nHost: a', 'CONNECT'],
    ['GET / HTTP/2.0\r\nHost: a', 'another version of HTTP: "GET / HTTP/2.0\\r"'],
    ['GET a HTTP/1.1\r\nHost: a', 'not the head of an HTTP/1.1 request: "GET a"'],
    ['\rGET / HTTP/1.1\r\nHost: a', 'a bare CR'],
    [
      'POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nexpect: x',
      'an expectation that cannot be met: "100-continue, x"',
    ],
    [
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\ncontent-length: 1',
      'Content-Length twice',
    ],
    ['POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x', 'not a length: "x"'],
    ['POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1x', 'not a length: "1x"'],
    ['POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x1', 'not a length: "x1"'],
    [
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked',
      'a length beside a transfer coding',
    ],
    ['POST / HTTP/1.0\r\nTransfer-Encoding: chunked', 'a transfer coding in HTTP/1.0'],
    [
      'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\nTransfer-Encoding: br',
      'a transfer coding: "gzip, br"',
    ],
  ])('%j is refused with the reason %j', (head, why) => {
    expect(readPieces([`${head}\r\n\r\n`]).why).toBe(why);
  });

  it.each([
    ['too many fields', `GET / HTTP/1.1\r\nHost: a${'\r\nA: 1'.repeat(200)}`],
    ['a request line over 8192 bytes', `GET /${'a'.repeat(9000)} HTTP/1.1\r\nHost: a`],
    ['a head over 32768 bytes', `GET / HTTP/1.1\r\nHost: a\r\nA: ${'a'.repeat(33_000)}`],
  ])('that is too long is refused with the reason %j', (why, head) => {
    expect(readPieces([`${head}\r\n\r\n`]).why).toBe(why);
  });

  it('is read in time that grows with its size and no faster', () => {
    const started = performance.now();
    const hostile = `GET / HTTP/1.1\r\nHost: a\r\nA:${' '.repeat(32_000)}\x07`;
    for (let i = 0; i < 20; i++) expect(() => read(hostile)).toThrow();
    expect(performance.now() - started).toBeLessThan(2000);
  });
});

describe('whom a request is for', () => {
  it.each([
    ['/', 'a', 'a'],
    ['/', 'a.b.c:80', 'a.b.c:80'],
    ['/', '127.0.0.1:9080', '127.0.0.1:9080'],
    ['*', '[::1]', '[::1]'],
    ['http://b', 'a', 'b'],
    // No target in absolute form, though it holds what looks like one.
    ['/http://b/', 'a', 'a'],
    ['/?http://u@b', 'a', 'a'],
  ])('%s with Host %s: %s', (target, host, authority) => {
    expect(authorityOf(target, host, true)).toBe(authority);
  });

  it.each(['/a', '?a', '@a', 'a./b', 'a.b/', 'a.b@', 'a:x', 'a:/', 'a.b:80/', 'u@a.b'])(
    'is not said by Host %s',
    (host) => {
      expect(() => authorityOf('/', host, true)).toThrow(ProtocolError);
    },
  );
});

describe('the host for a URL', () => {
  it.each([
    ['a', 'a'],
    ['a.b:80', 'a.b:80'],
    ['127.0.0.1', '127.0.0.1'],
    ['1.2.3.4', '1.2.3.4'],
    ['[::1]:80', '[::1]:80'],
    // Names that no URL can hold.
    ['1.2.3.4.5', 'invalid'],
    ['', 'invalid'],
  ])('%j: %s', (host, expected) => {
    expect(urlHost(host)).toBe(expected);
  });
});
