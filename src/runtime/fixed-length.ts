/** Exists only in workerd: a stream of known length, which is not sent chunked. */
declare const FixedLengthStream: new (length: number) => TransformStream<Uint8Array, Uint8Array>;

/** For Workers: a stream of the same bytes that is sent with its length. */
export function fixedLength(
  stream: ReadableStream<Uint8Array>,
  length: number,
): ReadableStream<Uint8Array> {
  const fixed = new FixedLengthStream(length);
  // If the client leaves, both ends fail; whoever reads the other end reports it.
  stream.pipeTo(fixed.writable).catch(() => {});
  return fixed.readable;
}
