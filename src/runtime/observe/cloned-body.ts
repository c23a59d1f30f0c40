import { type ObservedBody, OverheardUpload } from './observed.ts';

/**
 * For runtimes on which the received request cannot be replaced by another: the app keeps it, and the recording reads
 * a clone at once. Bytes that the app has not read yet wait in memory, never more than the recording takes.
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
      // The body is being read already.
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

  /** Passes chunks to `upload` until the end of the body, or until it wants no more. */
  protected abstract read(body: ReadableStream<Uint8Array>): Promise<void>;

  async #readAll(body: ReadableStream<Uint8Array>): Promise<void> {
    try {
      await this.read(body);
      this.upload.over(true);
    } catch {
      // The client left half-way, or the server withdrew the body.
      this.upload.over(false);
    }
  }
}
