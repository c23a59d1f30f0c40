import { describe, expect, it } from 'vitest';
import {
  ChunkedDecoder,
  ChunkedGrammar,
  LengthDecoder,
  part,
} from '../../../src/http1/body-decoder.ts';
import { cut } from './pieces.ts';

it('takes bodies of a length, one after another, and leaves what is behind each', () => {
  const told: [string, number][] = [];
  const decoder = new LengthDecoder((bytes, wire) => told.push([bytes.toString(), wire]));
  expect([decoder.done, decoder.trailers]).toEqual([true, null]);
  const input = Buffer.from('.hello!!');
  decoder.remaining = 5;
  expect([decoder.read(input.subarray(0, 4), 1), decoder.done, decoder.remaining]).toEqual([
    4,
    false,
    2,
  ]);
  expect([decoder.read(input, 4), decoder.done]).toEqual([6, true]);
  decoder.remaining = 2;
  expect([decoder.read(input, 6), decoder.done]).toEqual([8, true]);
  // What frames it is in the head: the bytes on the wire are those of the body.
  expect(told).toEqual([
    ['hel', 3],
    ['lo', 2],
    ['!!', 2],
  ]);
});

it('has no part made of what is all of it', () => {
  const input = Buffer.from('abc');
  expect(part(input, 0, 3)).toBe(input);
  expect(part(input, 1, 3).toString()).toBe('bc');
  expect(part(input, 1, 2).toString()).toBe('b');
  expect(part(input, 0, 2).toString()).toBe('ab');
});

const GRAMMARS = { request: new ChunkedGrammar(false), response: new ChunkedGrammar(true) };

/** Data of so many bytes is handed on by itself. */
const LARGE = 4096;

/** A decoder, and what it tells of. */
function decoding(grammar = GRAMMARS.request, named: ReadonlySet<string> | null = null) {
  const told: { data: string; wire: number }[] = [];
  const decoder = new ChunkedDecoder(grammar, named, (bytes, wire) =>
    told.push({ data: bytes.toString('latin1'), wire }),
  );
  return {
    decoder,
    told,
    read: (text: string, from = 0) => decoder.read(Buffer.from(text, 'latin1'), from),
    get body() {
      return told.map(({ data }) => data).join('');
    },
    get wire() {
      return told.reduce((sum, { wire }) => sum + wire, 0);
    },
  };
}

/** Text of which no two neighbouring parts are alike. */
const text = (size: number) =>
  Array.from({ length: size }, (_, i) => String.fromCharCode(33 + (i % 89))).join('');

const chunk = (data: string, size = data.length.toString(16)) => `${size}\r\n${data}\r\n`;

describe('the size of a chunk', () => {
  it.each([
    ['a', 10],
    ['A', 10],
    ['9', 9],
    ['f', 15],
    ['F', 15],
    ['1b', 27],
    ['C0', 192],
    ['0dE', 222],
    ['0000000000007', 7],
  ])('%s is hexadecimal (RFC 9112 section 7.1)', (size, bytes) => {
    const decoding_ = decoding();
    decoding_.read(`${chunk(text(bytes), size)}0\r\n\r\n`);
    expect([decoding_.body, decoding_.decoder.done]).toEqual([text(bytes), true]);
  });

  it('may not be beyond counting', () => {
    expect(() => decoding().read('00000000000001\r\n')).toThrow('not the size of a chunk');
  });
});

describe('data', () => {
  it('of chunks of any size is put together in its order, however it is cut', () => {
    const sizes = Array.from({ length: 60 }, (_, i) => 1 + ((i * 7) % 40));
    const whole = text(sizes.reduce((sum, size) => sum + size));
    let at = 0;
    const chunks = sizes.map((size) => chunk(whole.slice(at, (at += size)))).join('');
    for (const size of [1, 5, 16, 17, 100, Infinity]) {
      const reading = decoding();
      for (const piece of size === Infinity ? [chunks] : cut(chunks, size)) reading.read(piece);
      expect(reading.body).toBe(whole);
    }
  });

  it('is taken from where it begins to where it ends', () => {
    const { decoder, read, told } = decoding();
    expect(decoder.done).toBe(false);
    expect(read(`..${chunk('ab')}0\r\n\r\nbehind`, 2)).toBe(2 + 7 + 5);
    expect([told, decoder.done]).toEqual([[{ data: 'ab', wire: 7 + 3 }], true]);
  });

  it('is handed on with all that was read by then', () => {
    const chunks = `${chunk('ab')}${chunk('c', '1;x="y"')}${chunk('def')}`;
    for (let size = 1; size <= chunks.length; size++) {
      const reading = decoding();
      let read = 0;
      for (const piece of cut(chunks, size)) {
        const before = reading.told.length;
        read += reading.read(piece);
        // Nothing is told of framing alone.
        if (reading.told.length > before) expect(reading.wire).toBe(read);
      }
      expect(reading.told.every(({ data }) => data !== '')).toBe(true);
    }
  });

  it('that is large is handed on by itself', () => {
    const [small, large] = [text(LARGE - 1), text(LARGE)];
    const little = decoding();
    little.read(chunk('a') + chunk(small));
    expect(little.told.map(({ data }) => data)).toEqual([`a${small}`]);
    const much = decoding();
    much.read(`..${chunk(large)}${chunk('b')}${chunk(large)}${chunk('c')}`, 2);
    const size = '1000\r\n'.length;
    expect(much.told).toEqual([
      // Each with the framing that came before what is handed on next.
      { data: `${large}b`, wire: size + LARGE + 2 + 6 + size },
      { data: `${large}c`, wire: LARGE + 2 + 6 },
    ]);
  });
});

describe('extensions', () => {
  const LIMIT = 16 * 1024;

  it.each([
    [[LIMIT], null],
    [[LIMIT + 1], 'too many chunk extensions'],
    [[LIMIT - 10, 10], null],
    [[LIMIT - 10, 11], 'too many chunk extensions'],
  ])('of %j bytes: %s', (sizes, why) => {
    const { read } = decoding();
    const chunks = sizes.map((size) => chunk('x', `1;${'a'.repeat(size - 1)}`)).join('');
    if (why === null) read(chunks);
    else expect(() => read(chunks)).toThrow(why);
  });
});

describe('trailers', () => {
  const LIMIT = 32 * 1024;
  const of = (bytes: number) => `A: ${'a'.repeat(bytes - 7)}\r\n\r\n`;

  it.each(['request', 'response'] as const)('of a %s may be 32 KiB', (side) => {
    for (const size of [1000, Infinity]) {
      const { decoder, read } = decoding(GRAMMARS[side]);
      const whole = `0\r\n${of(LIMIT)}`;
      for (const piece of size === Infinity ? [whole] : cut(whole, size)) read(piece);
      expect([decoder.done, decoder.trailers]).toEqual([true, ['A', 'a'.repeat(LIMIT - 7)]]);
    }
    expect(() => decoding(GRAMMARS[side]).read(`0\r\n${of(LIMIT + 1)}`)).toThrow(
      'trailers without an end',
    );
  });

  it('may be a hundred', () => {
    const { decoder, read } = decoding();
    read(`0\r\n${'A: 1\r\n'.repeat(100)}\r\n`);
    expect(decoder.trailers).toHaveLength(200);
    for (const size of [1, 1000]) {
      const reading = decoding();
      const pieces = cut(`0\r\n${'A: 1\r\n'.repeat(101)}`, size);
      // The end of its line is that of the last one that is read: nobody waits for more.
      expect(() => pieces.forEach((piece) => reading.read(piece))).toThrow('too many trailers');
    }
  });

  it('lose the spaces before their colons in a response alone (RFC 9112 section 5.1)', () => {
    const { decoder, read } = decoding(GRAMMARS.response);
    read('0\r\nA : 1\r\nB\t: 2\r\n\r\n');
    expect(decoder.trailers).toEqual(['A', '1', 'B', '2']);
    expect(() => decoding().read('0\r\nA : 1\r\n\r\n')).toThrow('trailers that are no fields');
  });

  it('are none where there are none, and without those that Connection names', () => {
    const none = decoding();
    none.read('0\r\n\r\n');
    expect([none.decoder.done, none.decoder.trailers]).toEqual([true, null]);
    const { decoder, read } = decoding(GRAMMARS.request, new Set(['b']));
    read('0\r\nA: 1\r\nB: 2\r\n\r\n');
    expect(decoder.trailers).toEqual(['A', '1']);
  });
});

describe('what breaks the rules', () => {
  it.each([
    ['x', 'not the size of a chunk'],
    ['1x', 'not the size of a chunk'],
    ['1\rx', 'not the size of a chunk'],
    ['1\r\nxy', 'a chunk longer than its size'],
    ['1\r\nx\ry', 'a chunk longer than its size'],
    ['1;,', 'not a chunk extension'],
    ['1;a="\0', 'not a chunk extension'],
    ['0\r\nA B', 'trailers that are no fields'],
  ])('%j is refused: %s', (bytes, why) => {
    for (const size of [1, Infinity]) {
      const { read } = decoding();
      const pieces = size === Infinity ? [bytes] : cut(bytes, size);
      expect(() => pieces.forEach((piece) => read(piece))).toThrow(why);
    }
  });

  it('takes nothing back of what came before', () => {
    const reading = decoding();
    expect(() => reading.read(`${chunk('ab')}x`)).toThrow('not the size of a chunk');
    expect(reading.body).toBe('ab');
  });
});
