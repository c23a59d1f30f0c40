import { describe, expect, it } from 'vitest';
import { parseRequestHead } from '../../../../../src/runtime/http1/server/request-head.ts';

/** A body follows, which is none of its business. */
function read(head: string) {
  return parseRequestHead(`${head}\r\n\r\nHost: b\r\n\r\n`, head.length);
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
      host: 'a.example:81',
      framing: { kind: 'none' },
      keepAlive: true,
      expectsContinue: false,
    });
  });

  it.each(['GET', 'PROPFIND', 'patch', 'M-SEARCH', "!#$%&'*+.^_`|~"])('method %s', (method) => {
    expect(read(`${method} / HTTP/1.1\r\nHost: a`).method).toBe(method);
  });

  it.each(['/', '*', 'http://a.example', 'HTTPS://u:p@a.example:1/x?y', '/\xff', '/|^`<>"'])(
    'target %s',
    (target) => {
      expect(read(`OPTIONS ${target} HTTP/1.1\r\nHost: a`).target).toBe(target);
    },
  );

  it.each(['', 'a', '[::1]:80', '1.2.3.4.5', 'a_b.example'])('Host %j', (host) => {
    expect(read(`GET / HTTP/1.1\r\nHost: ${host}`).host).toBe(host);
  });

  it('may lack Host in HTTP/1.0', () => {
    expect(read('GET / HTTP/1.0')).toMatchObject({ http11: false, host: '' });
  });

  it.each([
    ['1.1', '', true],
    ['1.1', 'Connection: close', false],
    ['1.1', 'Connection: X-A\r\nConnection: Close', false],
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

  it('is read in time that grows with its size and no faster', () => {
    const started = performance.now();
    const hostile = `GET / HTTP/1.1\r\nHost: a\r\nA:${' '.repeat(32_000)}\x07`;
    for (let i = 0; i < 100; i++) expect(() => read(hostile)).toThrow();
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
