import type { Buffer } from 'node:buffer';
import * as zlib from 'node:zlib';
import { type Decoder, type Decoders, isZlib } from '../http/content-coding.ts';

type Decompress = (bytes: Uint8Array, options: { maxOutputLength: number }) => Buffer;

/** Node 20 has no zstd. */
const { zstdDecompressSync } = zlib as { zstdDecompressSync?: Decompress };

/**
 * Decoders of `node:zlib`, which know more codings than the runtime's own streams and are faster. They block: use them
 * in a thread of their own.
 */
export const zlibDecoders: Decoders = {
  gzip: decoder(zlib.gunzipSync),
  deflate: decoder((bytes, options) =>
    isZlib(bytes) ? zlib.inflateSync(bytes, options) : zlib.inflateRawSync(bytes, options),
  ),
  br: decoder(zlib.brotliDecompressSync, 3),
  zstd: decoder(zstdDecompressSync, 13),
};

/**
 * @param maxEmptyBytes most bytes that can stand for nothing: Bun and Deno decode to nothing what is broken, where Node
 *   throws
 */
function decoder(decompress: Decompress | undefined, maxEmptyBytes = Infinity): Decoder {
  return async (bytes, maxBytes) => {
    if (decompress === undefined) return 'encoding';
    try {
      const decoded = decompress(bytes, { maxOutputLength: maxBytes });
      const isBroken = decoded.byteLength === 0 && bytes.byteLength > maxEmptyBytes;
      return isBroken ? 'encoding' : decoded;
    } catch (error) {
      const { code } = error as { code?: unknown };
      return code === 'ERR_BUFFER_TOO_LARGE' ? 'body_too_large' : 'encoding';
    }
  };
}
