import * as zlib from 'node:zlib';
import { expect, it } from 'vitest';
import { zlibDecoders } from '../../../src/runtime/zlib.ts';

const TEXT = Buffer.from('a text '.repeat(1000));

it.each([
  ['gzip', zlib.gzipSync],
  ['deflate', zlib.deflateSync],
  ['deflate', zlib.deflateRawSync],
  ['br', zlib.brotliCompressSync],
] as const)('decodes %s up to the limit, and nothing that is broken', async (coding, pack) => {
  const decode = zlibDecoders[coding]!;
  const packed = pack(TEXT);
  expect(TEXT.equals((await decode(packed, TEXT.byteLength)) as Uint8Array)).toBe(true);
  expect(await decode(packed, TEXT.byteLength - 1)).toBe('body_too_large');
  expect(await decode(packed.subarray(0, -3), TEXT.byteLength)).toBe('encoding');
  // More than the coding has an end for.
  expect(await decode(Buffer.concat([packed, Buffer.from('more')]), TEXT.byteLength)).toBe(
    'encoding',
  );
  expect(await decode(Buffer.from('none'), TEXT.byteLength)).toBe('encoding');
  expect(await decode(pack(Buffer.alloc(0)), TEXT.byteLength)).toHaveLength(0);
});
