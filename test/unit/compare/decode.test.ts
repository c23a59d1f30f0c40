import * as zlib from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { codingsOf, decodedBody, webDecoders } from '../../../src/compare/decode.ts';
import { zlibDecoders } from '../../../src/runtime/zlib.ts';
import { compare, differences, json, response } from './responses.ts';

const TEXT = JSON.stringify({ text: 'a text that is long enough to be packed '.repeat(1000) });
const MAX_BYTES = 100_000;

/** Becomes a body of a few kilobytes. */
const BOMB_BYTES = 64 * 1024 * 1024;

/** Packing a bomb with the usual effort takes seconds. */
const FAST = { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 4 } };

const PACKED: readonly (readonly [coding: string, pack: (bytes: Uint8Array) => Uint8Array])[] = [
  ['gzip', zlib.gzipSync],
  ['x-gzip', zlib.gzipSync],
  ['GZIP', zlib.gzipSync],
  ['deflate', zlib.deflateSync],
  ['deflate', zlib.deflateRawSync],
  ['br', (bytes) => zlib.brotliCompressSync(bytes, FAST)],
  ['identity', (bytes) => bytes],
  ['gzip, br', (bytes) => zlib.brotliCompressSync(zlib.gzipSync(bytes), FAST)],
];

const bytes = (text: string): Buffer => Buffer.from(text);
const packed = (coding: string, body: Uint8Array) =>
  response(body, { headers: ['Content-Encoding', coding, 'Content-Type', 'application/json'] });

describe.each([
  ['of node:zlib', zlibDecoders],
  ['of the runtime', webDecoders],
])('decoders %s', (_, decoders) => {
  // Node's streams know no br.
  const known = PACKED.filter(([coding]) => decoders === zlibDecoders || !coding.includes('br'));
  const decode = (coding: string, body: Uint8Array, maxBytes = MAX_BYTES) =>
    decodedBody(packed(coding, body), decoders, maxBytes);

  it.each(known)('decode %s', async (coding, pack) => {
    expect(bytes(TEXT).equals((await decode(coding, pack(bytes(TEXT)))) as Uint8Array)).toBe(true);
  });

  it.each(known.filter(([coding]) => coding !== 'identity'))(
    'refuse what is no %s',
    async (coding, pack) => {
      expect(await decode(coding, bytes('no such thing'))).toBe('encoding');
      const whole = pack(bytes(TEXT));
      expect(await decode(coding, whole.subarray(0, -10))).toBe('encoding');
    },
  );

  it.each(known.filter(([coding]) => coding !== 'identity'))(
    'stop a bomb of %s',
    async (coding, pack) => {
      const bomb = pack(new Uint8Array(BOMB_BYTES));
      const before = process.memoryUsage().arrayBuffers;
      expect(await decode(coding, bomb)).toBe('body_too_large');
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * 1024 * 1024);
      expect(await decode(coding, pack(new Uint8Array(MAX_BYTES)))).toHaveLength(MAX_BYTES);
    },
  );

  it('refuse codings that they do not know', async () => {
    for (const coding of [
      'compress',
      'constructor',
      '__proto__',
      'gzip gzip',
      'gzip, gzip, gzip, gzip',
    ])
      expect(await decode(coding, bytes(TEXT))).toBe('encoding');
  });

  it('decode nothing where there is nothing', async () => {
    expect(await decode('gzip', new Uint8Array(0))).toHaveLength(0);
  });
});

it('knows zstd where node:zlib does', async () => {
  const { zstdCompressSync } = zlib as { zstdCompressSync?: (bytes: Uint8Array) => Uint8Array };
  const body = zstdCompressSync?.(bytes(TEXT)) ?? bytes('anything');
  const decoded = await decodedBody(packed('zstd', body), zlibDecoders, MAX_BYTES);
  expect(decoded).toEqual(zstdCompressSync === undefined ? 'encoding' : bytes(TEXT));
});

it('reads codings from all fields, without identity', () => {
  const headers = ['Content-Encoding', 'GZIP, identity', 'content-encoding', ' x-gzip'];
  expect(codingsOf(response('a', { headers }))).toEqual(['gzip', 'gzip']);
  expect(codingsOf(response('', { headers }))).toEqual([]);
  expect(codingsOf(response('a'))).toEqual([]);
});

describe('responses of different codings', () => {
  it('are the same if their bodies are', async () => {
    for (const [coding, pack] of PACKED) {
      expect(await differences(packed(coding, pack(bytes('{"a":1}'))), json('{"a":1.0}'))).toEqual(
        [],
      );
      expect(await differences(packed(coding, pack(bytes('{"a":1}'))), json('{"a":2}'))).toEqual([
        '/a value',
      ]);
    }
  });

  it('have a field to compare where no bodies are', async () => {
    const [primary, mirror] = [packed('gzip', zlib.gzipSync('1')), json('1')];
    expect(await differences(primary, mirror, { body: 'none' })).toEqual([
      'content-encoding missing',
    ]);
    expect(await differences(primary, mirror, { body: 'bytes' })).toEqual([]);
  });

  it('are not compared if one cannot be decoded', async () => {
    const odd = packed('compress', bytes('abc'));
    expect(await compare(odd, json('1'))).toEqual({ result: 'not_compared', reason: 'encoding' });
    expect(await compare(json('1'), odd)).toEqual({ result: 'not_compared', reason: 'encoding' });
  });

  it('need no decoding if they are equal as they are', async () => {
    const odd = packed('compress', bytes('abc'));
    expect(await differences(odd, packed('compress', bytes('abc')))).toEqual([]);
  });

  it('differ if their bytes are equal and mean something else', async () => {
    const packedBytes = zlib.gzipSync('1');
    expect(await differences(packed('gzip', packedBytes), packed('identity', packedBytes))).toEqual(
      [' type'],
    );
  });

  it('are not compared if one is a bomb', async () => {
    const bomb = packed('gzip', zlib.gzipSync(new Uint8Array(BOMB_BYTES)));
    expect(await compare(json('1'), bomb)).toEqual({
      result: 'not_compared',
      reason: 'body_too_large',
    });
  });
});
