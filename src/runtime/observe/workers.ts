import { type HeaderList, lengthOf } from '../../http/fields.ts';
import type { ResponseTap } from '../../http/transport.ts';
import { isByteStream, webBody, webBytes } from '../../http/web-body.ts';
import { fixedLength } from '../fixed-length.ts';
import { ClonedBody } from './cloned-body.ts';
import type { ObserveBody } from './observed.ts';
import { tapResponses, type TapResponse } from './tapped-response.ts';

/** Bytes of one read. Without a buffer of our own, workerd returns 4 KiB at a time. */
const READ_BYTES = 64 * 1024;

/** For Workers, where a new request would lose the length of its body when it is forwarded. */
export const observeBody: ObserveBody = (request, length) => new WorkersBody(request, length);

/** The codings that the platform removes from a body when it is read, and applies again when it is sent. */
const REMOVED: ReadonlySet<string> = new Set(['gzip', 'br']);

const isDecoded = (headers: Headers) => REMOVED.has(headers.get('content-encoding') ?? '');

/** For Workers, where bytes in memory come in a later turn of the event loop, and a relayed body would lose its length. */
const tapResponse: TapResponse = tapResponses({
  fieldsOf(headers) {
    if (!isDecoded(headers)) return headers;
    const fields = new Headers(headers);
    for (const name of ['content-encoding', 'content-length']) fields.delete(name);
    return fields;
  },
  // The platform would encode the relayed bytes anew.
  relays: ({ headers }) => !headers.has('content-encoding'),
  sourceOf: (body) =>
    isByteStream(body) ? webBytes({ body }, null, READ_BYTES) : webBody({ body }),
  atOnce: () => new Promise((resolve) => setTimeout(resolve, 0)),
  sized(relayed, { headers, body }) {
    const length = lengthOf(headers.get('content-length') ?? '');
    // The platform sends a stream that JavaScript has made in chunks, whatever its fields say.
    const isNative = body !== null && isByteStream(body);
    return length === null || !isNative ? relayed : fixedLength(relayed, length);
  },
});

export const tappedResponse: TapResponse = (response, tap, method) =>
  tapResponse(response, isDecoded(response.headers) ? new DecodedTap(tap, response) : tap, method);

/**
 * A body that was made with `encodeBody: 'manual'` is not decoded, which the platform does not tell. If its bytes look
 * encoded, the tap is told that they broke off: it must not take them for the content.
 */
class DecodedTap implements ResponseTap {
  readonly #tap: ResponseTap;
  readonly #encodedLength: number | null;
  #size = 0;
  #isGzip = false;

  constructor(tap: ResponseTap, { headers }: Response) {
    this.#tap = tap;
    this.#encodedLength = lengthOf(headers.get('content-length') ?? '');
  }

  get wanted(): boolean {
    return this.#tap.wanted;
  }

  head(...head: Parameters<ResponseTap['head']>): void {
    this.#tap.head(...head);
  }

  chunk(bytes: Uint8Array): void {
    if (this.#size === 0) this.#isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
    this.#size += bytes.byteLength;
    this.#tap.chunk(bytes);
  }

  end(isComplete: boolean, trailers: HeaderList | null): void {
    const isEncoded = this.#isGzip || this.#size === this.#encodedLength;
    this.#tap.end(isComplete && !isEncoded, trailers);
  }
}

class WorkersBody extends ClonedBody {
  protected async read(body: ReadableStream<Uint8Array>): Promise<void> {
    const { upload } = this;
    const source = webBytes({ body }, upload.length, READ_BYTES);
    while (upload.wanted) {
      const chunk = await source.read();
      if (chunk === null) return;
      upload.heard(chunk);
    }
    source.cancel();
  }
}
