import { joinBytes } from '../http/bytes.ts';
import { type DecodeFailure, type Decoder, type Decoders, isZlib } from '../http/content-coding.ts';
import { joinedValue, members } from '../http/fields.ts';
import type { RecordedResponse } from './recorded.ts';

/** Most codings, one over the other, that are taken off. */
const MAX_CODINGS = 3;

/** Bytes that are decoded at once: some runtimes hold all that they become, which may be a thousand times as much. */
const PIECE_BYTES = 4096;

/**
 * Decoders that the runtime has by itself: gzip and deflate everywhere, br on Bun and Deno, zstd on Bun. Elsewhere
 * those two fail with `encoding`.
 */
export const webDecoders: Decoders = {
  gzip: (bytes, maxBytes) => decompress('gzip', bytes, maxBytes),
  deflate: (bytes, maxBytes) =>
    decompress(isZlib(bytes) ? 'deflate' : 'deflate-raw', bytes, maxBytes),
  br: (bytes, maxBytes) => decompress('brotli', bytes, maxBytes),
  zstd: (bytes, maxBytes) => decompress('zstd', bytes, maxBytes),
};

/** The content codings of a response, in the order in which they were applied; `identity` is none. */
export function codingsOf({ headers, body }: RecordedResponse): string[] {
  // A response to HEAD names the coding of a body that it does not have.
  if (body.byteLength === 0) return [];
  return members(joinedValue(headers, 'content-encoding')?.toLowerCase() ?? '')
    .filter((coding) => coding !== 'identity')
    .map((coding) => coding.replace(/^x-/, ''));
}

/** Takes all codings off a body. */
export async function decodedBody(
  response: RecordedResponse,
  decoders: Decoders,
  maxBytes: number,
): Promise<Uint8Array | DecodeFailure> {
  const codings = codingsOf(response);
  if (codings.length > MAX_CODINGS) return 'encoding';
  let { body } = response;
  for (const coding of codings.toReversed()) {
    const decode = Object.hasOwn(decoders, coding) ? decoders[coding] : undefined;
    const decoded = decode === undefined ? 'encoding' : await decode(body, maxBytes);
    if (typeof decoded === 'string') return decoded;
    body = decoded;
  }
  return body;
}

/** Whether the runtime's streams decode a format; which ones they know is not the same everywhere. */
export function knowsStreamOf(format: string): boolean {
  try {
    return 'readable' in new DecompressionStream(format as 'gzip');
  } catch {
    return false;
  }
}

async function decompress(
  format: string,
  bytes: Uint8Array,
  maxBytes: number,
): ReturnType<Decoder> {
  try {
    const stream = new DecompressionStream(format as 'gzip');
    // Fails where the reader does, which reports it.
    write(bytes, stream.writable.getWriter()).catch(() => {});
    return await readUpTo(maxBytes, stream.readable.getReader());
  } catch {
    return 'encoding';
  }
}

async function write(bytes: Uint8Array, writer: WritableStreamDefaultWriter): Promise<void> {
  for (let start = 0; start < bytes.byteLength; start += PIECE_BYTES) {
    await writer.ready;
    await writer.write(bytes.subarray(start, start + PIECE_BYTES));
  }
  await writer.close();
}

async function readUpTo(
  maxBytes: number,
  reader: ReadableStreamDefaultReader<Uint8Array>,
): Promise<Uint8Array | DecodeFailure> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return joinBytes(chunks);
    size += value.byteLength;
    if (size > maxBytes) {
      await reader.cancel();
      return 'body_too_large';
    }
    chunks.push(value);
  }
}
