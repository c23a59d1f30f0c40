import { describe, expect, it } from 'vitest';
import { ResponseParser } from '../../../../src/http1/client/response-parser.ts';
import type { ResponseHead } from '../../../../src/http1/client/parse-response-head.ts';
import { read } from './read.ts';

/** The head of a 200 with some more lines, or of the answer that they are. */
function headOf(lines: string): ResponseHead {
  const start = lines.startsWith('HTTP/') ? '' : 'HTTP/1.1 200 OK\r\n';
  return read(`${start}${lines}\r\n\r\n`).heads[0]!;
}

describe('Content-Length', () => {
  it.each([
    // As sent, where there is one that all read alike.
    ['content-length:02', 'content-length:02\r\n', 2],
    ['Connection: X-A\r\ncontent-length:2', 'content-length:2\r\n', 2],
    ['A: b, c\r\nContent-Length: 2', 'A: b, c\r\nContent-Length: 2\r\n', 2],
    // The same twice is one, and one goes on (RFC 9110 section 8.6).
    ['Content-Length: 2, 2', 'Content-Length: 2\r\n', 2],
    ['Content-Length: 2\r\nA: b\r\ncontent-length: 2', 'Content-Length: 2\r\nA: b\r\n', 2],
    // Connection cannot make it go.
    ['Connection: Content-Length\r\nContent-Length: 2', 'Content-Length: 2\r\n', 2],
    ['A: b', 'A: b\r\n', null],
  ])('of %j goes on as %j', (lines, passed, length) => {
    expect(headOf(lines)).toMatchObject({ lines: passed, length });
  });
});

describe('whether the connection stays', () => {
  it.each([
    // Where nothing says how long the body is, its end is the connection's (RFC 9112 section 6.3).
    ['A: b', false],
    ['Content-Length: 0', true],
    // Several lines are one list (RFC 9110 section 5.3).
    ['Content-Length: 0\r\nConnection: X-A\r\nConnection: close', false],
    ['Content-Length: 0\r\nConnection: close\r\nConnection: X-A', false],
    ['HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: X-A\r\nConnection: keep-alive', true],
  ])('%j: %s', (lines, keepAlive) => {
    expect(headOf(lines).keepAlive).toBe(keepAlive);
  });

  it.each([
    ['timeout=75', 75_000],
    ['Max=100, Timeout=5', 5000],
    ['timeout=0', 0],
    ['max=100', null],
    ['', null],
    ['timeout', null],
    ['timeout=1234567', null],
  ])('and for how long, with Keep-Alive %j: %s', (value, idle) => {
    expect(headOf(`Content-Length: 0\r\nKeep-Alive: ${value}`).idle).toBe(idle);
  });
});

describe('fields of the connection', () => {
  it('are all that any Connection names (RFC 9110 section 7.6.1)', () => {
    const { lines, named } = headOf(
      'Connection: X-A\r\nX-A: 1\r\nX-B: 2\r\nX-C: 3\r\nConnection: x-b',
    );
    expect([lines, named]).toEqual(['X-C: 3\r\n', new Set(['x-a', 'x-b'])]);
  });
});

describe('Upgrade', () => {
  it.each([
    ['HTTP/1.1 426 Upgrade Required\r\nUpgrade: h2c', 'h2c'],
    ['HTTP/1.1 426 Upgrade Required\r\nUpgrade: h2c\r\nUpgrade: TLS/1.3', 'h2c, TLS/1.3'],
    ['HTTP/1.1 426 Upgrade Required', null],
    ['HTTP/1.1 200 OK\r\nUpgrade: h2c', null],
  ])('of %j goes on as %j (RFC 9110 section 15.5.22)', (lines, upgrade) => {
    expect(headOf(lines)).toMatchObject({ upgrade, lines: '' });
  });

  it.each([
    // A server may offer it in any answer (RFC 9110 section 7.8).
    ['HTTP/1.1 200 OK\r\nUpgrade: websocket\r\nContent-Length: 2', 'length'],
    ['HTTP/1.1 101 Now\r\nUpgrade: h2c\r\nUpgrade: websocket', 'none'],
    ['HTTP/1.1 101 Now\r\nUpgrade: websocket', 'upgraded'],
  ])('after %j, which was asked for, comes: %s', (lines, kind) => {
    const heads: ResponseHead[] = [];
    const parser = new ResponseParser({ head: (head) => heads.push(head), data() {}, end() {} });
    parser.expect('GET', true);
    parser.push(Buffer.from(`${lines}\r\n\r\n`));
    expect(heads[0]!.framing.kind).toBe(kind);
  });
});

describe('refused, with the reason:', () => {
  it.each([
    ['Content-Length: 5x', 'not a length: "5x"'],
    ['Content-Length: 5\r\nContent-Length: 6', 'not a length: "5, 6"'],
    // Several lines are one list, of which chunked would have to be the last and the only one.
    [
      'Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked',
      'a transfer coding that nobody asked for: "gzip, chunked"',
    ],
    [
      'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked',
      'a transfer coding that nobody asked for: "chunked, chunked"',
    ],
  ])('%j, %s', (lines, why) => {
    expect(() => headOf(lines)).toThrow(why);
  });
});

it('of too many fields is refused with that reason', () => {
  expect(() => headOf('A: 1\r\n'.repeat(201).slice(0, -2))).toThrow('too many fields');
});
