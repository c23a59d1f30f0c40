import { describe, expect, it } from 'vitest';
import { ResponseParser } from '../../../src/http1/client/response-parser.ts';
import { RequestParser } from '../../../src/http1/server/request-parser.ts';
import { workOf } from '../../support/work.ts';
import { cut } from './pieces.ts';

/** What a parser told of, and what that took. */
interface Read {
  readonly heads: number;
  readonly bytes: number;
  readonly wire: number;
  readonly pieces: number;
  readonly work: number;
}

type Side = 'request' | 'answer';

function read(side: Side, pieces: readonly string[]): Read {
  const told = { heads: 0, bytes: 0, wire: 0, pieces: 0 };
  const listener: Listener = {
    head: () => void (told.heads += 1),
    data(bytes: Buffer, wire: number) {
      told.bytes += bytes.byteLength;
      told.wire += wire;
      told.pieces += 1;
    },
    end() {},
  };
  const buffers = pieces.map((piece) => Buffer.from(piece, 'latin1'));
  const push = side === 'request' ? requests(listener) : answers(listener);
  const work = workOf(() => {
    for (const bytes of buffers) push(bytes);
  });
  return { ...told, work };
}

interface Listener {
  head(): void;
  data(bytes: Buffer, wire: number): void;
  end(): void;
}

function requests(listener: Listener): (bytes: Buffer) => void {
  const parser = new RequestParser(listener);
  return (bytes) => {
    parser.push(bytes);
    while (parser.isComplete) parser.next();
  };
}

function answers(listener: Listener): (bytes: Buffer) => void {
  const parser = new ResponseParser(listener);
  parser.expect('GET');
  return (bytes) => parser.push(bytes);
}

const REQUEST = 'POST / HTTP/1.1\r\nHost: a\r\n';
const ANSWER = 'HTTP/1.1 200 OK\r\n';
const CHUNKED = 'Transfer-Encoding: chunked\r\n\r\n';
const START: Readonly<Record<Side, string>> = { request: REQUEST, answer: ANSWER };

/** Bytes of a message of about so many, that come one by one or otherwise cost most. */
const COSTLY: readonly (readonly [what: string, side: Side, text: (size: number) => string])[] = [
  ['a long field', 'request', (size) => `${REQUEST}A: ${'a'.repeat(size)}\r\n\r\n`],
  ['many fields', 'request', (size) => `${REQUEST}${'A: b\r\n'.repeat(150)}B: ${'b'.repeat(size)}`],
  [
    'a long target',
    'request',
    (size) => `GET /${'a'.repeat(size / 4)} HTTP/1.1\r\nHost: a\r\n\r\n`,
  ],
  ['a long field', 'answer', (size) => `${ANSWER}A: ${'a'.repeat(size)}\r\n\r\n`],
  [
    'many fields',
    'answer',
    (size) => `${ANSWER}${`A: ${'b'.repeat(size / 200)}\r\n`.repeat(190)}\r\n`,
  ],
  [
    'lines that end in LF',
    'answer',
    (size) => `${ANSWER}${`A: ${'b'.repeat(size / 200)}\n`.repeat(190)}\n`,
  ],
  [
    'spaces before colons',
    'answer',
    (size) => `${ANSWER}${`A : ${'b'.repeat(size / 200)}\r\n`.repeat(190)}\r\n`,
  ],
  ...(['request', 'answer'] as const).flatMap((side) => {
    const start = START[side] + CHUNKED;
    return [
      ['chunks', side, (size: number) => start + '1\r\nx\r\n'.repeat(size / 6)],
      ['a chunk extension', side, (size: number) => `${start}1;a="${'a'.repeat(size / 2)}"\r\n`],
      ['trailers', side, (size: number) => `${start}0\r\nA: ${'a'.repeat(size)}\r\n\r\n`],
    ] as const;
  }),
];

describe('costs in proportion to its bytes, also when they come one by one:', () => {
  it.each(COSTLY)('%s, %s', (_, side, text) => {
    const [little, much] = [text(10_000), text(30_000)];
    const [few, many] = [read(side, cut(little, 1)), read(side, cut(much, 1))];
    expect(many.work / few.work).toBeLessThan((1.3 * much.length) / little.length);
    // As a head each byte is put to the others, becomes text and is matched; their room doubles.
    expect(many.work).toBeLessThan(30 * much.length);
  });
});

describe('requests that come together', () => {
  const GET = 'GET / HTTP/1.0\r\n\r\n';

  it('cost in proportion to their bytes', () => {
    const [few, many] = [3000, 9000].map((count) =>
      read('request', cut(GET.repeat(count), 65_536)),
    );
    expect(many!.heads).toBe(9000);
    expect(many!.work / few!.work).toBeLessThan(1.3 * 3);
  });

  it('wait for their turn at no more than that', () => {
    const work = [10_000, 30_000].map((size) => {
      const parser = new RequestParser({ head() {}, data() {}, end() {} });
      parser.push(Buffer.from(GET));
      const bytes = Array.from({ length: size }, () => Buffer.from('G'));
      return workOf(() => {
        for (const byte of bytes) parser.push(byte);
      });
    });
    expect(work[1]! / work[0]!).toBeLessThan(1.3 * 3);
  });
});

describe.each(['request', 'answer'] as const)('the body of a %s in chunks', (side) => {
  const head = START[side] + CHUNKED;

  it('of a byte each is handed on in one piece for each read', () => {
    const text = head + '1\r\nx\r\n'.repeat(30_000);
    const pieces = cut(text, 65_536);
    const { bytes, wire, pieces: handed } = read(side, pieces);
    expect([bytes, handed]).toEqual([30_000, pieces.length]);
    // All of the framing counts, but for the end of the last chunk.
    expect(wire).toBe(text.length - head.length);
  });

  it('of many sizes is handed on in few pieces', () => {
    const sizes = Array.from({ length: 200 }, (_, i) => (i % 20 === 0 ? 5000 : 100));
    const chunks = sizes.map((size) => `${size.toString(16)}\r\n${'x'.repeat(size)}\r\n`).join('');
    const { bytes, pieces } = read(side, [head + chunks]);
    expect(bytes).toBe(sizes.reduce((sum, size) => sum + size, 0));
    expect(pieces).toBe(10);
  });
});
