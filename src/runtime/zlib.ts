import * as zlib from 'node:zlib';
import { type Decoder, type Decoders, isZlib } from '../http/content-coding.ts';

interface DecompressOptions {
  readonly maxOutputLength: number;
  /** Asks for the engine as well: it knows how many bytes it has taken. */
  readonly info: true;
}

interface Decompressed {
  readonly buffer: Uint8Array;
  readonly engine: { readonly bytesWritten: number };
}

type Decompress = (bytes: Uint8Array, options: DecompressOptions) => unknown;

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
      const options: DecompressOptions = { maxOutputLength: maxBytes, info: true };
      const { buffer, engine } = decompress(bytes, options) as Decompressed;
      // What stands behind the end is ignored: the body is another one than its coding says.
      const hasMore = engine.bytesWritten < bytes.byteLength;
      const isBroken = buffer.byteLength === 0 && bytes.byteLength > maxEmptyBytes;
      return hasMore || isBroken ? 'encoding' : buffer;
    } catch (error) {
      const { code } = error as { code?: unknown };
      return code === 'ERR_BUFFER_TOO_LARGE' ? 'body_too_large' : 'encoding';
    }
  };
}
