import { type Tap, Upload } from '../../http/upload.ts';

/** The body of a request that the app reads in its own way and time, while it is recorded. */
export interface ObservedBody {
  /** The upload to record. */
  readonly upload: OverheardUpload;
  /**
   * Starts observing. The recording must have attached its tap before.
   *
   * @returns the request for the app. Its body behaves like the original one.
   */
  begin(): Request;
  /** True if the app has started to read. It reads the rest whenever it likes. */
  readonly taken: boolean;
  /**
   * Reads the rest of the body as it arrives, and keeps it for the app. Resolves when the recording needs no more, or
   * cannot go on since the app reads the server's own stream. Never rejects.
   */
  readRest(): Promise<void>;
}

/**
 * Prepares to observe the body of a request. Does not touch the body before `begin()`.
 *
 * @param length bytes of the body; `null` if not known
 * @param env Hono's `c.env`, where the app may find the server's own stream of the body
 */
export type ObserveBody = (request: Request, length: number | null, env?: unknown) => ObservedBody;

/** An upload whose body others read: they report its bytes as they pass. */
export class OverheardUpload extends Upload {
  #tap: Tap | null = null;
  /** Bytes reported so far. */
  #heard = 0;
  #over = false;

  constructor(length: number | null) {
    super({ read: () => Promise.resolve(null), cancel() {} }, length);
  }

  /** False once the recording needs no more bytes. */
  get wanted(): boolean {
    return !this.#over && (this.#tap?.wanted ?? false);
  }

  override tap(tap: Tap): void {
    this.#tap = tap;
  }

  /** Reports bytes that have passed. Copies them: they belong to the app, which may change or transfer them. */
  heard(bytes: Uint8Array): void {
    if (!this.wanted) return;
    this.#heard += bytes.byteLength;
    this.#tap?.chunk(new Uint8Array(bytes));
  }

  /** @param ended true at the end of the body, false if it broke off or nobody reads the rest */
  over(ended: boolean): void {
    if (this.#over) return;
    this.#over = true;
    this.#tap?.end(ended && (this.length === null || this.#heard === this.length));
  }
}
