import { isServed } from '../received.ts';
import { ClonedBody } from './cloned-body.ts';
import type { ObserveBody } from './observed.ts';
import { observeBody as relayBody } from './relay.ts';

export { tappedResponse } from './tapped-response.ts';

/**
 * For Bun. The app must keep the original request, since `server.requestIP` knows the client's address only for a
 * request from `Bun.serve` itself.
 */
export const observeBody: ObserveBody = (request, length, env) =>
  isServed(request) ? relayBody(request, length, env) : new BunBody(request, length);

/** Type of a blob on Bun (1.4.5) if the body has not arrived when `blob()` is called, whatever its Content-Type. */
const TYPE_BEFORE_ARRIVAL = 'text/plain;charset=utf-8';

class BunBody extends ClonedBody {
  override begin(): Request {
    const request = super.begin();
    Object.defineProperty(request, 'blob', { value: () => this.#blob(), configurable: true });
    return request;
  }

  /**
   * The two branches of a clone share their chunks, and the app's branch gets each chunk first, so that the app could
   * change it before it is recorded. A second clone that is cancelled at once delays the app's branch by one step.
   */
  protected override clone(): Request {
    const clone = super.clone();
    super
      .clone()
      .body?.cancel()
      .catch(() => {});
    return clone;
  }

  /** Reads without further steps between reader and recording, since otherwise the app would get each chunk first. */
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

  /** On Bun, blobs of a cloned request have no type. Returns the blob that the request would have given before. */
  async #blob(): Promise<Blob> {
    const arrived = !this.upload.wanted;
    const bytes = await this.request.arrayBuffer();
    if (!arrived) return new Blob([bytes], { type: TYPE_BEFORE_ARRIVAL });
    const type = this.request.headers.get('content-type');
    return new Response(bytes, type === null ? {} : { headers: { 'content-type': type } }).blob();
  }
}
