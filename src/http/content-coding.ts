/** What went wrong: the bytes are not of the coding, or there are more of them than allowed. */
export type DecodeFailure = 'encoding' | 'body_too_large';

/**
 * Decodes a body that has arrived whole. Must stop soon after `maxBytes`, however small the body is. Never rejects.
 */
export type Decoder = (bytes: Uint8Array, maxBytes: number) => Promise<Uint8Array | DecodeFailure>;

/** Decoders by content coding (RFC 9110 section 8.4.1), in lower case. */
export type Decoders = Readonly<Record<string, Decoder>>;

/**
 * Whether a body of the coding `deflate` begins as zlib data (RFC 1950). Some servers send what it should contain,
 * without that wrapper.
 */
export function isZlib(bytes: Uint8Array): boolean {
  const [method = 0, flags = 0] = bytes;
  return (method & 0x0f) === 8 && ((method << 8) | flags) % 31 === 0;
}
