/** Bytes of a frame's header, and with the code that is all of a RST_STREAM (RFC 9113 sections 4.1 and 6.4). */
const HEADER_BYTES = 9;
const RESET_BYTES = 13;

const TYPE_AT = 3;
const RST_STREAM = 3;

/** Finds in the bytes that a peer is sent with which codes its streams are reset. */
export class SentResets {
  readonly #onReset: (code: number) => void;
  readonly #frame = new Uint8Array(RESET_BYTES);
  /** Bytes of `#frame` that were sent. */
  #filled = 0;
  /** Bytes of a payload that are still to come. */
  #skip: number;

  /**
   * @param onReset called with the last byte of each code: there are no codes above
   * @param skip bytes that come before the first frame
   */
  constructor(onReset: (code: number) => void, skip: number) {
    this.#onReset = onReset;
    this.#skip = skip;
  }

  /** Looks at the next bytes, split anywhere. */
  read(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.byteLength;) {
      if (this.#skip > 0) {
        const passed = Math.min(this.#skip, bytes.byteLength - at);
        this.#skip -= passed;
        at += passed;
        continue;
      }
      const frame = this.#frame;
      frame[this.#filled++] = bytes[at++]!;
      const isReset = frame[TYPE_AT] === RST_STREAM;
      if (this.#filled < HEADER_BYTES || (isReset && this.#filled < RESET_BYTES)) continue;
      this.#filled = 0;
      if (isReset) this.#onReset(frame[RESET_BYTES - 1]!);
      else this.#skip = (frame[0]! << 16) | (frame[1]! << 8) | frame[2]!;
    }
  }
}
