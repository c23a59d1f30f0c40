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
  br: decoder(zlib.brotliDecompressSync),
  zstd: decoder(zstdDecompressSync),
};

function decoder(decompress: Decompress | undefined): Decoder {
  return async (bytes, maxBytes) => {
    if (decompress === undefined) return 'encoding';
    try {
      return decompress(bytes, { maxOutputLength: maxBytes });
    } catch (error) {
      const { code } = error as { code?: unknown };
      return code === 'ERR_BUFFER_TOO_LARGE' ? 'body_too_large' : 'encoding';
    }
  };
}
