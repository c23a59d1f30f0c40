import { type Tap, Upload } from '../../http/upload.ts';

/** The body of a request that an app reads in its own way and time, while a recording listens. */
export interface ObservedBody {
  /** What the recording listens to. */
  readonly upload: OverheardUpload;
  /**
   * Begins to observe; the recording is listening by now.
   *
   * @returns the request for the app. Nothing that it does with the body differs from what it was.
   */
  begin(): Request;
  /** True when the app has begun to read. Whatever is left, it reads when it likes. */
  readonly taken: boolean;
  /**
   * Reads what is left as it comes, and keeps it for the app. Resolves when the recording needs no
   * more, or can have no more since the app reads the server's own stream. Never rejects.
   */
  readRest(): Promise<void>;
}

/**
 * Prepares to observe the body of a request; nothing is done to it before `begin()`.
 *
 * @param length bytes of it, where that is known
 * @param env Hono's `c.env`: the app may find the server's own stream of the body there
 */
export type ObserveBody = (request: Request, length: number | null, env?: unknown) => ObservedBody;

/** A body that is read by others, who tell of its bytes as they pass. */
export class OverheardUpload extends Upload {
  #tap: Tap | null = null;
  #heard = 0;
  #over = false;

  constructor(length: number | null) {
    super({ read: () => Promise.resolve(null), cancel() {} }, length);
  }

  /** False once the recording needs no more. */
  get wanted(): boolean {
    return !this.#over && (this.#tap?.wanted ?? false);
  }

  override tap(tap: Tap): void {
    this.#tap = tap;
  }

  /** These have passed. They are the app's, which may write to them or give their memory away. */
  heard(bytes: Uint8Array): void {
    if (!this.wanted) return;
    this.#heard += bytes.byteLength;
    this.#tap?.chunk(new Uint8Array(bytes));
  }

  /** There will be no more: the body has ended, unless it broke off or nobody reads the rest. */
  over(ended: boolean): void {
    if (this.#over) return;
    this.#over = true;
    this.#tap?.end(ended && (this.length === null || this.#heard === this.length));
  }
}
