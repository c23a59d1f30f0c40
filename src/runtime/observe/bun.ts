import { isServed } from '../received.ts';
import { ClonedBody } from './cloned-body.ts';
import type { ObserveBody } from './observed.ts';
import { observeBody as relayBody } from './relay.ts';

/**
 * On Bun, only the request that came in by `Bun.serve` knows the client's address (`server.requestIP`).
 */
export const observeBody: ObserveBody = (request, length, env) =>
  isServed(request) ? relayBody(request, length, env) : new BunBody(request, length);

/**
 * What Bun says of the type of a body that is still to come when its blob is asked for, whatever its
 * Content-Type (1.4.5).
 */
const TYPE_BEFORE_ARRIVAL = 'text/plain;charset=utf-8';

class BunBody extends ClonedBody {
  override begin(): Request {
    const request = super.begin();
    Object.defineProperty(request, 'blob', { value: () => this.#blob(), configurable: true });
    return request;
  }

  /**
   * Both branches of a clone get the same chunks, and the app's gets each of them first: it might
   * change it before it is recorded. A second clone, which nobody reads, keeps the app a step behind.
   */
  protected override clone(): Request {
    const clone = super.clone();
    super
      .clone()
      .body?.cancel()
      .catch(() => {});
    return clone;
  }

  /** With nothing between the reader and the recording, or the app would be there first again. */
  protected async read(body: ReadableStream<Uint8Array>): Promise<void> {
    const { upload } = this;
    const reader = body.getReader();
    while (upload.wanted) {
      const { done, value } = await reader.read();
      if (done) return;
      upload.heard(value);
    }
    reader.cancel().catch(() => {});
  }

  /** A request that was cloned makes blobs without a type. This one has what it had before. */
  async #blob(): Promise<Blob> {
    const arrived = !this.upload.wanted;
    const bytes = await this.request.arrayBuffer();
    if (!arrived) return new Blob([bytes], { type: TYPE_BEFORE_ARRIVAL });
    const type = this.request.headers.get('content-type');
    return new Response(bytes, type === null ? {} : { headers: { 'content-type': type } }).blob();
  }
}
