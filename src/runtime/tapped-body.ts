import { type HeaderList, isHopByHop } from '../http/fields.ts';
import type { ResponseTap } from '../http/transport.ts';
import type { BodySource } from '../http/upload.ts';

/** Tells a tap of one response that is made of Web objects: its head at once, and its end once. */
export class BodyTap {
  readonly #tap: ResponseTap;
  readonly #length: number | null;
  #seen = 0;
  #over = false;

  /** @param length bytes of the body; 0 if there is none, `null` if that is not known */
  constructor(tap: ResponseTap, status: number, headers: Headers, length: number | null) {
    this.#tap = tap;
    this.#length = length;
    tap.head(status, fieldList(headers), length);
  }

  /** False once the tap needs no more bytes. */
  get wanted(): boolean {
    return !this.#over && this.#tap.wanted;
  }

  chunk(bytes: Uint8Array): void {
    this.#seen += bytes.byteLength;
    if (this.wanted) this.#tap.chunk(bytes);
    // A client with all of it may leave before anyone reads on to the end.
    if (this.#seen === this.#length) this.end(true);
  }

  /** @param ended true at the end of the body: not every fetch fails if that comes before the stated length */
  end(ended: boolean): void {
    if (this.#over) return;
    this.#over = true;
    this.#tap.end(ended && (this.#length === null || this.#seen === this.#length), null);
  }
}

function fieldList(headers: Headers): HeaderList {
  const list: HeaderList = [];
  headers.forEach((value, name) => {
    if (!isHopByHop(name)) list.push(name, value);
  });
  return list;
}

/**
 * A body that a tap observes on its way: pulled chunk by chunk, so that nothing is read ahead of the client. If the
 * client leaves, the source is cancelled.
 *
 * @param ahead results of `readTo` that come before: the last one may be pending
 */
export function tappedBody(
  source: BodySource,
  tap: BodyTap,
  ahead: readonly Promise<Uint8Array | null>[] = [],
): ReadableStream<Uint8Array> {
  let passed = 0;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const chunk = await (passed < ahead.length ? ahead[passed++]! : readTo(tap, source));
        if (chunk === null) controller.close();
        else controller.enqueue(chunk);
      },
      cancel() {
        tap.end(false);
        source.cancel();
      },
    },
    { highWaterMark: 0 },
  );
}

/** Reads the next chunk and shows it to the tap. Rejects if the body breaks off, which the tap is told as well. */
export async function readTo(tap: BodyTap, source: BodySource): Promise<Uint8Array | null> {
  try {
    const chunk = await source.read();
    if (chunk === null) tap.end(true);
    else tap.chunk(chunk);
    return chunk;
  } catch (error) {
    tap.end(false);
    throw error;
  }
}
