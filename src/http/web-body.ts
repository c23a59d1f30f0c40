import { joinBytes } from './bytes.ts';
import type { BodySource, Upload } from './upload.ts';

/** A web request or response, whose body is not asked for before somebody reads it. */
export type BodyOwner = Pick<Request, 'body'>;

/** The body of a web request or response, pulled. */
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

const NO_ROOM: Uint8Array<ArrayBuffer> = new Uint8Array(0);

/**
 * As `webBody`, for a stream that lets its reader bring the room for its bytes: workerd gives
 * no more than 4 KiB at a time to others, and a large upload then costs ten times as much.
 *
 * @param length bytes of the whole, `null` where that is not known: no room is made for more
 * @param most bytes of one read
 */
export function webBytes(owner: BodyOwner, length: number | null, most: number): BodySource {
  let reader: ReadableStreamBYOBReader | null = null;
  let left = length ?? Infinity;
  let room = NO_ROOM;
  return {
    async read() {
      if (left <= 0 || owner.body === null) return null;
      const size = Math.min(left, most);
      reader ??= owner.body.getReader({ mode: 'byob' });
      if (room.byteLength < size) room = new Uint8Array(size);
      const { done, value } = await reader.read(room.subarray(0, size));
      if (done) return null;
      left -= value.byteLength;
      // Whoever keeps a few bytes must not keep all that room with them, and to make it costs more than they do.
      const isLittle = value.byteLength * 2 < size;
      room = isLittle ? new Uint8Array(value.buffer) : NO_ROOM;
      return isLittle ? value.slice() : value;
    },
    cancel: () => cancel(reader ?? owner.body),
  };
}

/** What any read costs, as many bytes do. */
const READ_COST = 1024;

/** What bytes cost that came by one read: a body may come byte by byte, and nobody tells what framed it. */
export function costOf({ byteLength }: Uint8Array): number {
  return Math.max(byteLength, READ_COST);
}

function cancel(stream: { cancel(): Promise<void> } | null): void {
  // A stream that broke by itself has told its reader already.
  stream?.cancel().catch(() => {});
}

/**
 * An upload as a stream, for what takes no other form.
 *
 * @param progress called with each chunk, to keep a deadline away
 * @param broke called when the client left in the middle: not every fetch fails with its stream
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
    // Nothing is read ahead of the upstream.
    { highWaterMark: 0 },
  );
}

/**
 * Bytes as platforms give them, for code that is not ours: a byte stream, whose readers may bring
 * their own room (BYOB). It takes the memory of its chunks away from everybody else, so each is a
 * copy.
 */
export function byteStream(source: BodySource): ReadableStream<Uint8Array> {
  return new ReadableStream({
    type: 'bytes',
    async pull(controller) {
      let chunk = await source.read();
      // It refuses a chunk of nothing.
      while (chunk?.byteLength === 0) chunk = await source.read();
      if (chunk !== null) return controller.enqueue(new Uint8Array(chunk));
      controller.close();
      // Who brought room gets it back.
      controller.byobRequest?.respond(0);
    },
    cancel: () => source.cancel(),
  });
}

/** All of an upload that is known to be small. Rejects when the client leaves half-way. */
export async function uploadBytes(upload: Upload): Promise<Uint8Array> {
  const source = upload.reader();
  const chunks: Uint8Array[] = [];
  for (let chunk = await source.read(); chunk !== null; chunk = await source.read()) {
    chunks.push(chunk);
  }
  return joinBytes(chunks);
}
