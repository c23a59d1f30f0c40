import { beforeEach, describe, expect, it } from 'vitest';
import type { HeaderList } from '../../../../src/http/fields.ts';
import { RequestParser } from '../../../../src/http1/server/request-parser.ts';

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const POST = 'POST / HTTP/1.1\r\nHost: a\r\n';
const FIVE = `${POST}Content-Length: 5\r\n\r\n`;
const CHUNKED = `${POST}Transfer-Encoding: chunked\r\n\r\n`;

/** What a parser told of, in its order. */
let told: (string | HeaderList | null)[];
let parser: RequestParser;

beforeEach(() => {
  told = [];
  parser = new RequestParser({
    head: ({ method }) => told.push(method),
    data: (bytes) => told.push(bytes.toString('latin1')),
    end: (trailers) => told.push('end', trailers),
  });
});

const push = (text: string) => parser.push(Buffer.from(text, 'latin1'));

describe('how much of a body is to come', () => {
  it('counts down from its length', () => {
    push(FIVE);
    expect([parser.remaining, parser.isComplete]).toEqual([5, false]);
    push('ab');
    expect([parser.remaining, parser.isComplete]).toEqual([3, false]);
    push('cde');
    expect([parser.remaining, parser.isComplete]).toEqual([0, true]);
    expect(told).toEqual(['POST', 'ab', 'cde', 'end', null]);
  });

  it('is not known of chunks before the last', () => {
    push(`${CHUNKED}5\r\nhello\r\n`);
    expect([parser.remaining, parser.isComplete]).toEqual([Infinity, false]);
    push('0\r\n\r\n');
    expect([parser.remaining, parser.isComplete]).toEqual([0, true]);
  });

  it('is not known before the head is whole, whatever came before', () => {
    expect(parser.remaining).toBe(Infinity);
    push(GET);
    expect(parser.remaining).toBe(0);
    parser.next();
    expect(parser.remaining).toBe(Infinity);
  });
});

describe('a request without a body', () => {
  it('is whole with its head, and ends without being told of', () => {
    push(GET);
    expect([parser.isComplete, told]).toEqual([true, ['GET']]);
  });
});

describe('what comes behind a request', () => {
  it('waits until it is asked for', () => {
    push(`${FIVE}helloGET / HT`);
    push('TP/1.1\r\n');
    expect(parser.held).toBe('GET / HTTP/1.1\r\n'.length);
    expect(told).toEqual(['POST', 'hello', 'end', null]);
    parser.next();
    expect([parser.held, parser.isComplete]).toEqual(['GET / HTTP/1.1\r\n'.length, false]);
    push('Host: a\r\n\r\nmore');
    expect([parser.held, parser.isComplete, told.at(-1)]).toEqual(['more'.length, true, 'GET']);
  });

  it('may be given away, once', () => {
    push(`${GET}GET /2`);
    push(' HTTP');
    expect(parser.takeRest().toString('latin1')).toBe('GET /2 HTTP');
    expect([parser.held, parser.takeRest().byteLength]).toEqual([0, 0]);
    parser.next();
    push(GET);
    expect(told).toEqual(['GET', 'GET']);
  });
});

describe('trailers', () => {
  it('go without those that belong to the connection (RFC 9110 section 7.6.1)', () => {
    const head = CHUNKED.replace('Host', 'Connection: X-Hop\r\nConnection: X-B\r\nHost');
    push(`${head}1\r\n.\r\n0\r\nX-A: 1\r\nx-hop: 2\r\nX-B: 3\r\n\r\n`);
    expect(told).toEqual(['POST', '.', 'end', ['X-A', '1']]);
  });
});
