import { webBytes } from '../../http/web-body.ts';
import { ClonedBody } from './cloned-body.ts';
import type { ObserveBody } from './observed.ts';

/** Bytes that are read at once: workerd gives 4 KiB at a time to those who bring no room. */
const ROOM_BYTES = 64 * 1024;

/** On Workers, a request made anew would lose the length of its body as soon as it is passed on. */
export const observeBody: ObserveBody = (request, length) => new WorkersBody(request, length);

class WorkersBody extends ClonedBody {
  protected async read(body: ReadableStream<Uint8Array>): Promise<void> {
    const { upload } = this;
    const source = webBytes({ body }, upload.length, ROOM_BYTES);
    while (upload.wanted) {
      const chunk = await source.read();
      if (chunk === null) return;
      upload.heard(chunk);
    }
    source.cancel();
  }
}
