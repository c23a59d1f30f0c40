import { webBytes } from '../../http/web-body.ts';
import { ClonedBody } from './cloned-body.ts';
import type { ObserveBody } from './observed.ts';

/** Bytes of one read. Without a buffer of our own, workerd returns 4 KiB at a time. */
const READ_BYTES = 64 * 1024;

/** For Workers, where a new request would lose the length of its body when it is forwarded. */
export const observeBody: ObserveBody = (request, length) => new WorkersBody(request, length);

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
