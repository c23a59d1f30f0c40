import { type ObservedBody, OverheardUpload } from './observed.ts';

/**
 * For runtimes where no other request can stand in for the one that came in: the app keeps that, and
 * the recording reads a clone of it at once. What the app has not read by then waits in memory, which
 * is never more than the recording takes.
 */
export abstract class ClonedBody implements ObservedBody {
  readonly upload: OverheardUpload;
  protected readonly request: Request;
  #reading: Promise<void> = Promise.resolve();

  constructor(request: Request, length: number | null) {
    this.request = request;
    this.upload = new OverheardUpload(length);
  }

  begin(): Request {
    try {
      const { body } = this.clone();
      if (body !== null) this.#reading = this.#readAll(body);
    } catch {
      // Somebody else reads it already.
      this.upload.over(false);
    }
    return this.request;
  }

  get taken(): boolean {
    return this.request.bodyUsed || this.request.body?.locked === true;
  }

  readRest(): Promise<void> {
    return this.#reading;
  }

  protected clone(): Request {
    return this.request.clone();
  }

  /** Tells `upload` of all chunks, or of as many as it wants. */
  protected abstract read(body: ReadableStream<Uint8Array>): Promise<void>;

  async #readAll(body: ReadableStream<Uint8Array>): Promise<void> {
    try {
      await this.read(body);
      this.upload.over(true);
    } catch {
      // The client left half-way, or the server took the body away.
      this.upload.over(false);
    }
  }
}
