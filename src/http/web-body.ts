import { joinBytes } from './bytes.ts';
import type { BodySource, Upload } from './upload.ts';

/** A Web `Request` or `Response`. Its `body` is not accessed before the first read. */
export interface BodyOwner {
  readonly body: ReadableStream<Uint8Array> | null;
}

/** The body of a Web `Request` or `Response` as a source that is pulled. */
export function webBody(owner: BodyOwner): BodySource {
  let reader: ReadableStreamDefaultReader<Uint8Array> | null = null;
  return {
    async read() {
      if (owner.body === null) return null;
      reader ??= owner.body.getReader();
      const { done, value } = await reader.read();
      return done ? null : value;
    },
    cancel: () => cancel(reader ?? owner.body),
  };
}

const NO_BUFFER: Uint8Array<ArrayBuffer> = new Uint8Array(0);

/**
 * As `webBody`, for byte streams: reads into buffers of our own (BYOB). Otherwise workerd returns at most 4 KiB
 * per read, and a large upload costs ten times as much.
 *
 * @param length bytes of the whole body, so that buffers are not larger; `null` if not known
 * @param most bytes of one read
 */
export function webBytes(owner: BodyOwner, length: number | null, most: number): BodySource {
  let reader: ReadableStreamBYOBReader | null = null;
  let left = length ?? Infinity;
  let buffer = NO_BUFFER;
  return {
    async read() {
      if (left <= 0 || owner.body === null) return null;
      const size = Math.min(left, most);
      reader ??= owner.body.getReader({ mode: 'byob' });
      if (buffer.byteLength < size) buffer = new Uint8Array(size);
      const { done, value } = await reader.read(buffer.subarray(0, size));
      if (done) return null;
      left -= value.byteLength;
      // A short read is copied out and its buffer used again: a few bytes must not keep the whole buffer alive, and
      // a new buffer costs more than the copy.
      const isLittle = value.byteLength * 2 < size;
      buffer = isLittle ? new Uint8Array(value.buffer) : NO_BUFFER;
      return isLittle ? value.slice() : value;
    },
    cancel: () => cancel(reader ?? owner.body),
  };
}

/** Cost of a read of any length, in bytes. */
const READ_COST_BYTES = 1024;

/**
 * Cost of one read, in bytes, for limits on how much is discarded. At least 1024: a body may arrive byte by byte,
 * and its framing is not visible here.
 */
export function costOf({ byteLength }: Uint8Array): number {
  return Math.max(byteLength, READ_COST_BYTES);
}

function cancel(stream: { cancel(): Promise<void> } | null): void {
  // If the stream has failed, its reader knows already.
  stream?.cancel().catch(() => {});
}

/**
 * An upload as a `ReadableStream`, for fetch.
 *
 * @param progress called after each read, to restart a timeout
 * @param broke called if the client leaves half-way: not every fetch fails when its body stream does
 */
export function uploadStream(
  upload: Upload,
  progress: () => void = () => {},
  broke: (error: unknown) => void = () => {},
): ReadableStream<Uint8Array> {
  const source = upload.reader();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        let chunk: Uint8Array | null;
        try {
          chunk = await source.read();
        } catch (error) {
          broke(error);
          throw error;
        }
        progress();
        if (chunk === null) controller.close();
        else controller.enqueue(chunk);
      },
      cancel: () => source.cancel(),
    },
    // Read nothing before the upstream takes it.
    { highWaterMark: 0 },
  );
}

/**
 * A byte stream for user code, as platforms provide it: readers may bring their own buffers (BYOB). Each chunk is
 * copied, since a byte stream detaches the buffers of its chunks.
 */
export function byteStream(source: BodySource): ReadableStream<Uint8Array> {
  return new ReadableStream({
    type: 'bytes',
    async pull(controller) {
      let chunk = await source.read();
      // A byte stream rejects empty chunks.
      while (chunk?.byteLength === 0) chunk = await source.read();
      if (chunk !== null) return controller.enqueue(new Uint8Array(chunk));
      controller.close();
      // Returns the reader's own buffer, if it brought one.
      controller.byobRequest?.respond(0);
    },
    cancel: () => source.cancel(),
  });
}

/** True if readers may bring their own buffers (BYOB). */
export function isByteStream(stream: ReadableStream<Uint8Array>): boolean {
  try {
    stream.getReader({ mode: 'byob' }).releaseLock();
    return true;
  } catch {
    return false;
  }
}

/** Reads a whole upload, which must be known to be small. Rejects if the client leaves half-way. */
export async function uploadBytes(upload: Upload): Promise<Uint8Array> {
  const source = upload.reader();
  const chunks: Uint8Array[] = [];
  for (let chunk = await source.read(); chunk !== null; chunk = await source.read()) {
    chunks.push(chunk);
  }
  return joinBytes(chunks);
}
