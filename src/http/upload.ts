/** Listens to a request body on its way to the upstream. Must neither throw nor keep the bytes waiting. */
export interface Tap {
  /** Bytes that just passed. The array may be kept: nobody writes to it again. */
  chunk(bytes: Uint8Array): void;
  /** Called once: `true` when the body passed whole, `false` when it broke off. */
  end(whole: boolean): void;
}

/**
 * A request body that has not been read yet. Each runtime brings its own (a node stream, a web
 * stream); only that runtime's transport knows how to send it.
 */
export interface Upload {
  /** From `Content-Length`, in bytes; `null` when the length is not known beforehand. */
  readonly length: number | null;
  /** True once any of it was taken, so that it cannot be sent a second time. */
  readonly consumed: boolean;
  /** Lets `tap` listen. At most one, and before the upload is sent. */
  tap(tap: Tap): void;
  /** Nobody will read the rest. */
  cancel(): void;
}
