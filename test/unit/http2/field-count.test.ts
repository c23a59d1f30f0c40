import { describe, expect, it } from 'vitest';
import { FieldCount } from '../../../src/http2/field-count.ts';
import { block } from '../../support/http2-frames.ts';
import { cut } from '../http1/pieces.ts';

/** Fields as RFC 7541 section 6 has them, and how many these are. */
const BLOCKS: readonly (readonly [what: string, fields: Buffer, count: number])[] = [
  ['none', Buffer.alloc(0), 0],
  ['indices', Buffer.of(0x82, 0x86, 0xbe), 3],
  // 1337, as in appendix C.1.2.
  ['indices of several bytes', Buffer.of(0xff, 0x9a, 0x0a, 0xff, 0x00, 0x82), 3],
  ['sizes of the table', Buffer.of(0x20, 0x3f, 0xe1, 0x1f), 2],
  ['literals', block('a', 'bc', 'd', ''), 2],
  ['literals with the index of a name', Buffer.of(0x04, 1, 0x2f, 0x41, 1, 0x82, 0x1f, 0, 0), 3],
  ['literals to be put into the table', Buffer.of(0x40, 1, 0x80, 1, 0x81, 0x7f, 0x80, 0x01, 0), 2],
  ['literals that are never put there', Buffer.of(0x10, 1, 0x80, 0, 0x1f, 0x01, 0), 2],
  // The length of a packed string has its first bit set.
  ['packed strings', Buffer.of(0x04, 0x82, 0x80, 0x80, 0x82), 2],
  ['strings of 127, 128, 255 and 20,000 bytes', longStrings(), 3],
];

/** What they contain would be fields, if it were read as some. */
function longStrings(): Buffer {
  const [one, two, three, four] = [127, 128, 255, 20_000].map((bytes) => 'P'.repeat(bytes));
  return block('', one!, two!, three!, 'x', four!);
}

const PADDED = 0x8;
const PRIORITY = 0x20;

/** What is around the fields of a frame. */
const AROUND: readonly (readonly [what: string, flags: number, before: Buffer, after: Buffer])[] = [
  ['nothing', 0, Buffer.alloc(0), Buffer.alloc(0)],
  ['padding', PADDED, Buffer.of(3), Buffer.of(0x82, 0x82, 0x82)],
  ['no padding', PADDED, Buffer.of(0), Buffer.alloc(0)],
  ['a priority', PRIORITY, Buffer.of(0x82, 0x82, 0x82, 0x82, 0x82), Buffer.alloc(0)],
  ['both', PADDED | PRIORITY, Buffer.of(1, 0x82, 0x82, 0x82, 0x82, 0x82), Buffer.of(0x82)],
];

describe.each(AROUND)('with %s around them', (_, flags, before, after) => {
  it.each(BLOCKS)('counts %s, in pieces of any size', (_what, fields, count) => {
    const payload = Buffer.concat([before, fields, after]);
    for (const size of [1, 2, 3, 4, 7, 129, Infinity]) {
      const counted = new FieldCount();
      // The second is a block of its own.
      for (let i = 0; i < 2; i++) {
        counted.begin(flags, payload.byteLength);
        expect(read(counted, payload, size)).toBe(count);
      }
    }
  });
});

it('counts on in CONTINUATIONs, which have no padding', () => {
  const [, fields, count] = BLOCKS.at(-1)!;
  const padded = Buffer.concat([Buffer.of(2), fields.subarray(0, 200), Buffer.of(0x82, 0x82)]);
  const counted = new FieldCount();
  counted.begin(PADDED, padded.byteLength);
  read(counted, padded, 5);
  counted.goOn(fields.byteLength - 200);
  expect(read(counted, fields.subarray(200), 5)).toBe(count);
  counted.goOn(2);
  expect(read(counted, Buffer.of(0x82, 0x82), 5)).toBe(count + 2);
});

it('takes padding that is longer than its frame for a frame without fields', () => {
  const counted = new FieldCount();
  counted.begin(PADDED | PRIORITY, 4);
  expect(counted.read(Buffer.of(200, 0x82, 0x82, 0x82))).toBe(0);
  counted.begin(PADDED, 4);
  expect(counted.read(Buffer.of(200, 0x82, 0x82, 0x82))).toBe(0);
});

/** How many there are after the last piece. */
function read(counted: FieldCount, payload: Buffer, size: number): number {
  if (size === Infinity) return counted.read(payload);
  return cut(payload.toString('latin1'), size).reduce(
    (_, piece) => counted.read(Buffer.from(piece, 'latin1')),
    0,
  );
}

describe('the bytes of fields', () => {
  const kept = (...fields: readonly string[]) => {
    const bytes = block(...fields);
    bytes[0] = 0x40;
    return bytes;
  };
  /** A reference to a field of the dynamic table, the last one of which has 0. */
  const kept62 = (at: number) => Buffer.of(0x80 | (62 + at));

  it.each([
    ['none', [Buffer.alloc(0)], 0],
    ['literals', [block('a', 'bc', 'd', '')], 4],
    // At most, as each code has five bits and more.
    ['packed strings', [Buffer.of(0x00, 0x81, 0x1f, 0x85, 1, 2, 3, 4, 5)], 1.6 + 8],
    // The largest of these has 60.
    ['fields of the static table', [Buffer.of(0x82, 0x80 | 61)], 128],
    ['an index of nothing', [Buffer.of(0x80)], 0],
    ['names in the static table', [Buffer.of(0x04, 1, 0x61), Buffer.of(0x7d, 1, 0x61)], 65 + 65],
    // Each would be an index of a field.
    ['sizes of the table', [Buffer.of(0x25), Buffer.of(0x3f, 0x00)], 0],
    ['fields of the dynamic table', [kept('a', 'bcd'), kept62(0), kept62(0)], 12],
    ['several of these', [kept('a', ''), kept('b', 'cdefghi'), kept62(1), kept62(0)], 9 + 9],
    // Its first part is all of the prefix.
    ['one with a long index', [...keptMany(70), Buffer.of(0xff, 62 + 69 - 0x7f)], 70 + 69 * 2 + 70],
    ['names in the dynamic table', [kept('a', 'bcd'), Buffer.of(0x0f, 62 - 15, 1, 0x61)], 4 + 5],
    // The index is 15 + 128.
    ['one with a longer index', [...keptMany(82), Buffer.of(0x0f, 0x80, 1, 0)], 70 + 81 * 2 + 70],
    ['what was not put into it', [kept('a', 'bcd'), block('e', ''), kept62(0)], 4 + 1 + 4],
    ['what is in no table', [kept62(0), kept62(3)], 0],
  ])('of %s', (_, fields, bytes) => {
    const all = Buffer.concat(fields);
    for (const size of [1, 2, 3, Infinity]) {
      const counted = new FieldCount();
      counted.begin(0, all.byteLength);
      read(counted, all, size);
      expect(counted.bytes).toBeCloseTo(bytes);
    }
  });

  /** So many fields, of which the first has 70 bytes and the others two. */
  function keptMany(count: number): Buffer[] {
    const first = kept('a', 'b'.repeat(69));
    return [first, ...Array<Buffer>(count - 1).fill(kept('a', 'b'))];
  }

  it('count from one block to the next, of which each has its own', () => {
    const counted = new FieldCount();
    counted.begin(0, 8);
    counted.read(kept('a', 'bcd'));
    counted.begin(0, 1);
    counted.read(kept62(0));
    expect(counted.bytes).toBe(4);
  });

  it('of fields that can be in the table no longer count as none', () => {
    const counted = new FieldCount();
    const bytesOf = (...fields: readonly Buffer[]) => {
      const before = counted.bytes;
      counted.read(Buffer.concat(fields));
      return counted.bytes - before;
    };
    const at = (place: number) => Buffer.of(0xff, 62 + place - 0x7f);
    counted.begin(0, 1e6);
    bytesOf(kept('a', 'b'.repeat(50)), ...Array<Buffer>(127).fill(kept('c', '')));
    expect(bytesOf(at(127))).toBe(51);
    bytesOf(kept('c', ''));
    expect([bytesOf(at(127)), bytesOf(at(128))]).toEqual([1, 0]);
  });
});
