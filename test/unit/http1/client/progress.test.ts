import { beforeEach, describe, expect, it } from 'vitest';
import type { HeaderList } from '../../../../src/http/fields.ts';
import { ResponseParser } from '../../../../src/http1/client/response-parser.ts';
import { cut } from '../pieces.ts';

const OK = 'HTTP/1.1 200 OK\r\n';
const UNTIL_CLOSE = 'HTTP/1.0 200 OK\r\n\r\n';

/** Bytes of a head at most, without the empty line. */
const HEAD = 64 * 1024;

/** What a parser told of, in its order. */
let told: (string | number | HeaderList | null)[];
let parser: ResponseParser;

const fresh = () =>
  new ResponseParser({
    head: ({ status }) => told.push(status),
    data: (bytes, wire) => told.push(bytes.toString('latin1'), wire),
    end: (trailers) => told.push('end', trailers),
  });

beforeEach(() => {
  told = [];
  parser = fresh();
});

const push = (text: string) => parser.push(Buffer.from(text, 'latin1'));

describe('a connection that ends', () => {
  it('is the end of an answer that says nothing of its own', () => {
    parser.expect('GET');
    push(`${UNTIL_CLOSE}one`);
    push('two');
    expect(parser.close()).toBe(true);
    expect(told).toEqual([200, 'one', 3, 'two', 3, 'end', null]);
    expect(parser.close()).toBe(false);
  });

  it.each([
    ['before an answer', ''],
    ['in a head', 'HTTP/1.1 200'],
    ['in a body', `${OK}Content-Length: 5\r\n\r\nab`],
    ['behind an answer', `${OK}Content-Length: 0\r\n\r\n`],
  ])('%s ends none', (_, text) => {
    parser.expect('GET');
    push(text);
    const before = told.length;
    expect([parser.close(), told.length]).toEqual([false, before]);
  });
});

describe('bytes that no request asked for', () => {
  it('are refused, before the first as well as behind an answer', () => {
    const why = 'bytes that no request asked for';
    expect(() => push('H')).toThrow(why);
    parser.expect('GET');
    expect(() => push(`${OK}Content-Length: 1\r\n\r\n.${OK}`)).toThrow(why);
    expect(told).toEqual([200, '.', 1, 'end', null]);
  });
});

it('reads one answer after another', () => {
  for (const [method, text] of [
    ['HEAD', `${OK}Content-Length: 5\r\n\r\n`],
    ['GET', `${OK}Transfer-Encoding: chunked\r\n\r\n1\r\n.\r\n0\r\nX-A: 1\r\n\r\n`],
    ['GET', `${OK}Content-Length: 1\r\n\r\n.`],
  ] as const) {
    parser.expect(method);
    push(text);
  }
  const chunked = [200, '.', 9, 'end', ['X-A', '1']];
  expect(told).toEqual([200, 'end', null, ...chunked, 200, '.', 1, 'end', null]);
});

describe('a switch', () => {
  it('leaves all that comes behind it to others, once', () => {
    parser.expect('GET', true);
    push('HTTP/1.1 101 Now\r\nUpgrade: websocket\r\n\r\nab');
    push('cd');
    expect([parser.takeRest().toString('latin1'), parser.takeRest().byteLength]).toEqual([
      'abcd',
      0,
    ]);
    expect(told).toEqual([101]);
  });

  it('is none where the request did not ask for one', () => {
    parser.expect('GET');
    push('HTTP/1.1 101 Now\r\nUpgrade: websocket\r\n\r\n');
    expect(told).toEqual([101, 'end', null]);
  });
});

/** A head of so many bytes without the empty line. */
const headOf = (status: string, bytes: number) => {
  const start = `HTTP/1.1 ${status} x\r\nA: `;
  return `${start}${'a'.repeat(bytes - start.length)}\r\n\r\n`;
};

describe('a head', () => {
  it.each([Infinity, HEAD + 3, HEAD + 4, 10_000])('of 64 KiB is taken, in pieces of %i', (size) => {
    const text = headOf('204', HEAD);
    parser.expect('GET');
    for (const piece of size === Infinity ? [text] : cut(text, size)) push(piece);
    expect(told).toEqual([204, 'end', null]);
  });

  it.each([HEAD + 5, HEAD + 4, 10_000])('of a byte more is not, in pieces of %i', (size) => {
    parser.expect('GET');
    const read = () => {
      for (const piece of cut(headOf('204', HEAD + 1), size)) push(piece);
    };
    expect(read).toThrow('a head over 64 KiB');
  });

  it.each([1, 10_000, Infinity])(
    'is too long with the first byte over, in pieces of %i',
    (size) => {
      parser.expect('GET');
      const text = headOf('204', HEAD).slice(0, -4);
      for (const piece of size === Infinity ? [text] : cut(text, size)) push(piece);
      expect(() => push('a')).toThrow('a head over 64 KiB');
    },
  );

  it.each([1, 100, Infinity])('has a field too many with its line, in pieces of %i', (size) => {
    parser.expect('GET');
    const text = `${OK}${'A: 1\r\n'.repeat(201)}`;
    for (const piece of size === Infinity ? [text.slice(0, -1)] : cut(text.slice(0, -1), size))
      push(piece);
    expect(() => push('\n')).toThrow('too many fields');
  });

  it('that is none is shown in the reason', () => {
    parser.expect('GET');
    expect(() => push('HTTP/1.1 2x')).toThrow(
      'not the head of an HTTP/1.1 response: "HTTP/1.1 2x"',
    );
  });
});

describe('interim answers', () => {
  it('may be 32', () => {
    parser.expect('GET');
    for (const status of [100, 199, ...Array.from({ length: 30 }, () => 103)])
      push(`HTTP/1.1 ${status} x\r\n\r\n`);
    push('HTTP/1.1 204 x\r\n\r\n');
    expect(told.length).toBe(35);
    parser.expect('GET');
    expect(() => push('HTTP/1.1 103 x\r\n\r\n'.repeat(33))).toThrow('too many 1xx responses');
  });

  it.each([1, Infinity])('are too many with the status of the next, in pieces of %i', (size) => {
    parser.expect('GET');
    push('HTTP/1.1 103 x\r\n\r\n'.repeat(32));
    const [before, last] = ['HTTP/1.1 10', '2'];
    for (const piece of size === Infinity ? [before] : cut(before, size)) push(piece);
    expect(() => push(last)).toThrow('too many 1xx responses');
  });

  it.each([1, 1000, Infinity])('are too long with the first byte over, in pieces of %i', (size) => {
    parser.expect('GET');
    const text = headOf('103', HEAD / 2) + headOf('103', HEAD / 2 - 8).slice(0, -4);
    for (const piece of size === Infinity ? [text] : cut(text, size)) push(piece);
    expect(() => push('a')).toThrow('1xx responses over 64 KiB');
  });

  it('that take all of it leave a switch and the last head their own', () => {
    for (const status of ['101', '204']) {
      parser.expect('GET');
      push(headOf('103', HEAD - 4));
      for (const piece of cut(headOf(status, HEAD), 10_000)) push(piece);
      expect(told.slice(-3)).toEqual([Number(status), 'end', null]);
      parser.expect('GET');
      push(headOf('103', HEAD - 4));
      expect(() => push('HTTP/1.1 103')).toThrow('1xx responses over 64 KiB');
      parser = fresh();
    }
  });

  it.each([Infinity, 1000])('may take 64 KiB together, in pieces of %i', (size) => {
    const half = headOf('103', HEAD / 2 - 4);
    for (const [text, why] of [
      [half + half, null],
      [`${half}${headOf('103', HEAD / 2 - 3)}`, '1xx responses over 64 KiB'],
    ] as const) {
      parser.expect('GET');
      const read = () => {
        for (const piece of size === Infinity ? [text] : cut(text, size)) push(piece);
      };
      if (why === null) read();
      else expect(read).toThrow(why);
    }
  });
});
