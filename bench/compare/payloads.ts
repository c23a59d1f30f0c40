import { gzipSync } from 'node:zlib';
import type { Payload } from '../origins/payload-server.ts';

/** What an upstream and its mirror respond with. */
export interface PayloadPair {
  /** In targets and file names. */
  readonly name: string;
  /** In the table. */
  readonly title: string;
  readonly primary: Payload;
  readonly mirror: Payload;
  /** Attributes of `compare` that make it costly. Default: none. */
  readonly compare?: object;
}

const KIB = 1024;
/** The default of `compare.max_body_size`: what is larger is not compared. */
const LARGEST = 256 * KIB;
/** Most bytes that a body is unpacked to. */
const UNPACKED = 1024 * KIB;

/** What many APIs respond with: 1 KiB, with a clock that differs. */
export const ORDINARY: PayloadPair = {
  name: 'ordinary',
  title: '1 KiB of JSON',
  primary: ordinary('2026-01-01T00:00:00.000Z'),
  mirror: ordinary('2026-01-01T00:00:00.123Z'),
};

/** What is costly to compare, and small enough to be compared with default settings. */
export const COSTLY: readonly PayloadPair[] = [
  plain('nested', 'nested 130,000 deep', (value) => nested(LARGEST / 2 - 8, value)),
  plain('nested-often', '500 values nested 250 deep', (value) => often(nested(250, value))),
  packed('names', '100,000 names, gzip', (value) => members(Number(value))),
  plain('numbers', '256 KiB of numbers', (value) => array('10.00e-1,', LARGEST, value)),
  plain('shifted', '256 KiB of elements, moved by one', (value) => `[${elements(Number(value))}]`),
  plain('turns', '256 KiB of two elements in turns', (value) =>
    array(value === '1' ? '1,2,' : '2,1,', LARGEST, '0'),
  ),
  {
    ...plain('unordered', '256 KiB of elements in any order', (value) => shuffled(Number(value))),
    compare: { unordered: ['/**'] },
  },
  packed('bomb', 'gzip, 256 KiB of 256 MiB', (value) => Buffer.alloc(250 * UNPACKED, value)),
  packed('small-bomb', 'gzip, 1 KiB of 1 MiB', (value) => array('1,', UNPACKED, value)),
  plain('text', 'one text of 256 KiB', (value) => text('x', value)),
  plain('escapes', '256 KiB of escapes', (value) => text(String.raw`\ud83d`, value)),
];

/** @param of makes the body: of the upstream with `1`, of the mirror with `2` */
function plain(name: string, title: string, of: (value: string) => string): PayloadPair {
  const [primary, mirror] = ['1', '2'].map((value) => ({ body: Buffer.from(of(value)) }));
  return { name, title, primary: primary!, mirror: mirror! };
}

function packed(
  name: string,
  title: string,
  of: (value: string) => string | Uint8Array,
): PayloadPair {
  const [primary, mirror] = ['1', '2'].map((value) => {
    return { body: gzipSync(of(value), { level: 9 }), coding: 'gzip' as const };
  });
  return { name, title, primary: primary!, mirror: mirror! };
}

function ordinary(at: string): Payload {
  const item = (id: number) => ({ id, name: `item ${id}`, price: id * 1.5, tags: ['new', 'red'] });
  const value = { at, page: 1, items: Array.from({ length: 15 }, (_, i) => item(i)) };
  return { body: Buffer.from(JSON.stringify(value).padEnd(KIB)) };
}

function nested(depth: number, innermost: string): string {
  return '['.repeat(depth) + innermost + ']'.repeat(depth);
}

function often(element: string): string {
  return `[${Array.from({ length: 500 }, () => element).join()}]`;
}

/** 100,000 names of as few characters as so many can have; the last has this value. */
function members(value: number): string {
  const last = 99_999;
  const member = (_: unknown, i: number) => `"${i.toString(36)}":${i === last ? value : 0}`;
  return `{${Array.from({ length: last + 1 }, member).join()}}`;
}

/** An array of so many bytes at most, of the same elements but for the last. */
function array(element: string, bytes: number, last: string): string {
  const count = Math.floor((bytes - 2 - last.length) / element.length);
  return `[${element.repeat(count)}${last}]`;
}

/** Different elements, from the one with this number on: as many as have room. */
function elements(first: number): string[] {
  const length = Math.floor(LARGEST / '[100000],'.length) - 1;
  return Array.from({ length }, (_, i) => `[${100_000 + first + i}]`);
}

/** @param step shares no divisor with the number of elements, so that all of them are visited */
function shuffled(step: number): string {
  const all = elements(0);
  return `[${all.map((_, i) => all[(i * step * 7919) % all.length]).join()}]`;
}

/** A text that differs at its end. */
function text(piece: string, last: string): string {
  return `"${piece.repeat(Math.floor((LARGEST - 16) / piece.length))}${last}"`;
}
