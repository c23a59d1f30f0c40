import { describe, expect, it } from 'vitest';
import { ResponseParser } from '../../../../src/http1/client/response-parser.ts';
import type { HeaderList } from '../../../../src/http/fields.ts';
import { parseFieldLines } from '../../../../src/http1/fields.ts';
import type { ResponseHead } from '../../../../src/http1/client/parse-response-head.ts';
import { ProtocolError } from '../../../../src/http1/errors.ts';
import { read, readPieces } from './read.ts';

const CHUNKED = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';

/** More than half of what all may have together. */
const EARLY_HINTS = `HTTP/1.1 103 Early Hints\r\nA: ${'a'.repeat(33_000)}\r\n\r\n`;

describe('an answer', () => {
  it.each<[string, string, string]>([
    ['a length', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello', 'hello'],
    [
      'the same length twice',
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\ncontent-length: 2\r\n\r\nhi',
      'hi',
    ],
    ['length 0', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n', ''],
    ['chunks', `${CHUNKED}5\r\nhello\r\n1;x="y"\r\n!\r\n0\r\n\r\n`, 'hello!'],
    [
      'chunks and trailers',
      `${CHUNKED}A\r\n0123456789\r\n0\r\nX-Sum: 1\r\nY: 2\r\n\r\n`,
      '0123456789',
    ],
    ['lines that end in LF', 'HTTP/1.1 200 OK\nContent-Length: 5\n\nhello', 'hello'],
    ['some of them', 'HTTP/1.1 200\nContent-Length: 5\r\nA:\n\r\nhello', 'hello'],
    [
      'LF in a head and chunks',
      `HTTP/1.1 200 OK\nTransfer-Encoding: chunked\r\n\n2\r\nhi\r\n0\r\n\r\n`,
      'hi',
    ],
    [
      'chunk extensions',
      `${CHUNKED}1 ; a = "b;\\"\r\n`.slice(0, -2) +
        `" ;c\t=d;e\r\nx\r\n1 \t\r\ny\r\n0;f=""\r\n\r\n`,
      'xy',
    ],
    ['204', 'HTTP/1.1 204 No Content\r\n\r\n', ''],
    ['what looks like one in a field', 'HTTP/1.1 204 x\r\nA: HTTP/1.1 200 OK\r\n\r\n', ''],
    ['304 with a length', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\n\r\n', ''],
    [
      'an interim answer before',
      'HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n.',
      '.',
    ],
  ])('with %s is the same however it is cut', (_, text, body) => {
    const whole = read(text);
    expect([whole.body, whole.ended]).toEqual([body, 1]);
    for (let size = 1; size < text.length; size++) expect(read(text, { size })).toEqual(whole);
  });

  it('without any length ends with the connection', () => {
    const text = 'HTTP/1.0 200 OK\r\n\r\nall there is';
    expect(read(text)).toMatchObject({ body: 'all there is', ended: 0 });
    expect(read(text, { close: true })).toMatchObject({ body: 'all there is', ended: 1 });
  });

  it('to HEAD has no body whatever it says', () => {
    const text = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n';
    expect(read(text, { method: 'HEAD' })).toMatchObject({ ended: 1 });
  });

  it('that breaks off is not whole', () => {
    expect(read('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel', { close: true }).ended).toBe(0);
    expect(read(`${CHUNKED}5\r\nhello\r\n`, { close: true }).ended).toBe(0);
  });
});

describe('a head', () => {
  it('keeps reason, order, case and repetition, and drops what belongs to the connection', () => {
    const { heads } = read(
      'HTTP/1.1 299 Fine by  me\r\nSet-Cookie: a=1\r\nX-Empty:\r\nset-cookie:b=2  \r\n' +
        'Connection: close, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=7\r\nContent-Length: 0\r\n\r\n',
    );
    expect(heads).toEqual([
      {
        status: 299,
        reason: 'Fine by  me',
        lines: 'Set-Cookie: a=1\r\nX-Empty:\r\nset-cookie:b=2  \r\nContent-Length: 0\r\n',
        length: 0,
        named: new Set(['close', 'x-hop']),
        framing: { kind: 'none' },
        keepAlive: false,
        idle: 7000,
        upgrade: null,
      },
    ]);
  });

  it('keeps the bytes of a value, 0xA0 at its end included', () => {
    const { heads } = read('HTTP/1.1 204 OK\r\nX-City: \t Vol\xc3\xa0\t \r\n\r\n');
    const { lines } = heads[0]!;
    expect(lines).toBe('X-City: \t Vol\xc3\xa0\t \r\n');
    expect(parseFieldLines(lines)).toEqual(['X-City', 'Vol\xc3\xa0']);
  });

  it.each([
    ['HTTP/1.1 200 OK\r\n', true],
    ['HTTP/1.1 200 OK\r\nConnection: close\r\n', false],
    ['HTTP/1.1 101 Switching Protocols\r\n', false],
    ['HTTP/1.0 200 OK\r\n', false],
    ['HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\n', true],
    ['HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n', false],
  ])('%j: the connection stays: %s', (lines, keepAlive) => {
    expect(read(`${lines}Content-Length: 0\r\n\r\n`).heads[0]!.keepAlive).toBe(keepAlive);
  });

  it.each([
    ['HTTP/1.1 200 OK\r\n', true],
    ['HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n', false],
    ['HTTP/1.0 304 Not Modified\r\nConnection: keep-alive\r\n', false],
  ])('%j in chunks: the connection stays: %s', (lines, keepAlive) => {
    const { heads } = read(`${lines}Transfer-Encoding: chunked\r\n\r\n`);
    expect(heads[0]!.keepAlive).toBe(keepAlive);
  });

  it('loses the spaces before its colons', () => {
    const { heads, body } = read('HTTP/1.1 200 OK\r\nX-A : 1\r\nContent-Length \t : 2\r\n\r\nok');
    expect(heads[0]).toMatchObject({ lines: 'X-A: 1\r\nContent-Length: 2\r\n', length: 2 });
    expect(body).toBe('ok');
  });

  it('may have 200 fields, and so may each before it', () => {
    const fields = 'A: b\r\n'.repeat(200);
    const answer = `HTTP/1.1 103 x\r\n${fields}\r\nHTTP/1.1 204 x\r\n${fields}\r\n`;
    expect(read(answer)).toMatchObject({ ended: 1 });
  });

  it('may follow as many bytes of interim answers in each exchange', () => {
    const answer = `${EARLY_HINTS}HTTP/1.1 204 x\r\n\r\n`;
    expect(readPieces([answer, answer])).toMatchObject({ refused: null, ended: 2 });
  });

  it('of an interim answer has no length', () => {
    const { heads } = read('HTTP/1.1 103 x\r\nContent-Length: 2\r\nLink: y\r\n\r\n');
    expect(heads[0]).toMatchObject({ lines: 'Link: y\r\n', length: null });
  });

  it('with a length beside chunks loses the length and the connection', () => {
    const head = 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n';
    const { heads, body } = read(`${head}1\r\nx\r\n0\r\n\r\n`);
    expect(heads[0]).toMatchObject({ lines: '', length: null, keepAlive: false });
    expect(body).toBe('x');
  });
});

describe('a switch to WebSocket', () => {
  const SWITCH = 'HTTP/1.1 101 Now\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\nX-A: 1\r\n\r\n';

  function switched(text: string, { size = Infinity, asked = true } = {}) {
    const heads: ResponseHead[] = [];
    const parser = new ResponseParser({
      head: (head) => heads.push(head),
      data: () => expect.unreachable(),
      end: () => heads.push({ ...heads[0]!, reason: 'the end' }),
    });
    parser.expect('GET', asked);
    const bytes = Buffer.from(text, 'latin1');
    for (let i = 0; i < bytes.byteLength; i += size) parser.push(bytes.subarray(i, i + size));
    return { heads, rest: parser.takeRest().toString('latin1') };
  }

  it('leaves what follows to others, however it is cut', () => {
    const whole = switched(`${SWITCH}\x81\0HTTP/1.1 200 OK\r\n\r\n`);
    expect(whole.rest).toBe('\x81\0HTTP/1.1 200 OK\r\n\r\n');
    expect(whole.heads).toMatchObject([
      { status: 101, lines: 'X-A: 1\r\n', framing: { kind: 'upgraded' }, keepAlive: false },
    ]);
    for (let size = 1; size < SWITCH.length; size++)
      expect(switched(`${SWITCH}\x81\0HTTP/1.1 200 OK\r\n\r\n`, { size })).toEqual(whole);
  });

  it.each([
    ['nobody asked', SWITCH, { asked: false }],
    ['it is to something else', SWITCH.replace('WebSocket', 'h2c'), {}],
    ['it is to something else as well', SWITCH.replace('Conn', 'Upgrade: h2c\r\nConn'), {}],
    ['it says not to what', SWITCH.replace('Upgrade: WebSocket\r\n', ''), {}],
  ])('is none when %s', (_, text, options) => {
    const { heads } = switched(text, options);
    expect(heads).toMatchObject([{ framing: { kind: 'none' } }, { reason: 'the end' }]);
  });
});

describe('trailers', () => {
  it.each<[string, string, HeaderList | null]>([
    [
      'in their order and case',
      'X-B: 1\r\nx-a : 2 \r\nX-B:\r\n',
      ['X-B', '1', 'x-a', '2', 'X-B', ''],
    ],
    ['that belong into a head', 'Content-Length: 1\r\nX-A: 1\r\nHost: a\r\n', ['X-A', '1']],
    ['of the connection', 'Connection: x\r\nX-Hop: 1\r\n', null],
    ['that are none', '', null],
  ])('%s', (_, lines, passed) => {
    const head = 'HTTP/1.1 200 OK\r\nConnection: X-Hop\r\nTransfer-Encoding: chunked\r\n\r\n';
    const text = `${head}1\r\n.\r\n0\r\n${lines}\r\n`;
    for (const size of [1, 7, Infinity]) {
      expect(read(text, { size })).toMatchObject({ body: '.', trailers: passed, ended: 1 });
    }
  });
});

describe('what is no answer', () => {
  it.each([
    ['another protocol', 'S'],
    ['HTTP/0.9', '<'],
    ['another version', 'HTTP/2'],
    ['a status that is no number', 'HTTP/1.1 x'],
    ['a status of four digits', 'HTTP/1.1 2000'],
    ['no status', 'HTTP/1.1\n'],
    ['an empty line before it', '\r'],
    ['a line without a colon', 'HTTP/1.1 200 OK\r\nno c'],
    ['a folded field', 'HTTP/1.1 200 OK\nA: 1\n '],
    ['a bare CR', 'HTTP/1.1 200 OK\rA'],
    ['two CRs', 'HTTP/1.1 200 OK\r\r'],
    ['a NUL', 'HTTP/1.1 200 OK\r\nA: \0'],
    ['chunks behind LF', `${CHUNKED}1\n`],
    ['a bad extension', `${CHUNKED}1;\r`],
    ['trailers with LF', `${CHUNKED}0\r\nA: 1\n`],
  ])('%s is refused at once, before there is an end of anything', (_, text) => {
    expect(() => read(text.slice(0, -1))).not.toThrow();
    expect(() => read(text)).toThrow(ProtocolError);
  });

  it.each<readonly [string, string]>([
    ['another protocol', 'SSH-2.0-OpenSSH_9.2\r\n\r\n'],
    ['HTTP/2', 'HTTP/2 200\r\n\r\n'],
    ['a status of two digits', 'HTTP/1.1 20 OK\r\n\r\n'],
    ['a folded field', 'HTTP/1.1 200 OK\r\nA: 1\r\n 2\r\n\r\n'],
    ['a fold of nothing', 'HTTP/1.1 200 OK\r\n A: 1\r\n\r\n'],
    ['a name of two words', 'HTTP/1.1 200 OK\r\nA B: 1\r\n\r\n'],
    ['a name with spaces before it', 'HTTP/1.1 200 OK\r\nA: 1\r\n B : 1\r\n\r\n'],
    [
      'two lengths, one spaced',
      'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length : 2\r\n\r\n',
    ],
    ['201 fields', `HTTP/1.1 200 OK\r\n${'A: b\r\n'.repeat(201)}\r\n`],
    ['33 interim answers', 'HTTP/1.1 103 x\r\n\r\n'.repeat(33)],
    ['interim answers of more than a head may have', EARLY_HINTS.repeat(2)],
    ['a field without a name', 'HTTP/1.1 200 OK\r\n: 1\r\n\r\n'],
    ['a bare CR', 'HTTP/1.1 200 OK\r\nA: 1\r2\r\n\r\n'],
    ['a NUL', 'HTTP/1.1 200 OK\r\nA: 1\0\r\n\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n'],
    ['a list of lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1, 2\r\n\r\n'],
    ['a negative length', 'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n'],
    ['an unknown coding', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n'],
    ['a chunk size that is none', `${CHUNKED}x\r\n`],
    ['a chunk size beyond counting', `${CHUNKED}ffffffffffffff\r\n`],
    ['a chunk longer than its size', `${CHUNKED}1\r\nab\r\n`],
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
      ';a=(b)',
      ';a=\x80',
      ';a ',
      ';a=b ',
      ';a="b" ',
    ].map(
      (extension) => [`the extension ${extension}`, `${CHUNKED}1${extension}\r\nx\r\n`] as const,
    ),
    ['bytes after the end', 'HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 200 OK\r\n\r\n'],
    ['a head without end', `HTTP/1.1 200 OK\r\nA: ${'a'.repeat(70_000)}`],
    ['chunk extensions without end', CHUNKED + `1;${'a'.repeat(4000)}\r\n.\r\n`.repeat(5)],
    ['trailers that are no fields', `${CHUNKED}0\r\nA B: 1\r\n\r\n`],
    ['folded trailers', `${CHUNKED}0\r\nA: 1\r\n 2\r\n\r\n`],
    ['over a hundred trailers', `${CHUNKED}0\r\n${'A: 1\r\n'.repeat(101)}\r\n`],
    ['trailers without end', `${CHUNKED}0\r\nA: ${'a'.repeat(70_000)}`],
  ])('%s is refused', (_, text) => {
    expect(() => read(text)).toThrow(ProtocolError);
    expect(() => read(text, { size: 1 })).toThrow(ProtocolError);
  });
});
