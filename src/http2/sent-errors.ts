/** Bytes of the header of a frame (RFC 9113 section 4.1). */
const HEADER_BYTES = 9;

const TYPE_AT = 3;
const RST_STREAM = 0x3;
const GOAWAY = 0x7;

/** Bytes up to the end of the error code, in the frames that have one (RFC 9113 sections 6.4 and 6.8). */
const CODE_ENDS: Readonly<Record<number, number>> = { [RST_STREAM]: 13, [GOAWAY]: 17 };
const MAX_CODE_END = 17;

export interface SentErrorsEvents {
  /** A stream was reset. Only the last byte of the code: there are no codes above. */
  onReset(code: number): void;
  /** The end of the connection was announced. The code as above. */
  onGoaway(code: number): void;
}

/** Finds in the bytes that a peer is sent with which codes its streams and its connection are ended. */
export class SentErrors {
  readonly #events: SentErrorsEvents;
  /** The header of a frame, and what follows up to its error code. */
  readonly #frame = new Uint8Array(MAX_CODE_END);
  /** Bytes of `#frame` that were sent. */
  #filled = 0;
  /** Bytes that are still to come and are of no interest. */
  #skip: number;

  /** @param skip bytes that come before the first frame */
  constructor(events: SentErrorsEvents, skip: number) {
    this.#events = events;
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
      if (this.#filled < HEADER_BYTES) continue;
      const type = frame[TYPE_AT]!;
      const end = CODE_ENDS[type] ?? HEADER_BYTES;
      if (this.#filled < end) continue;
      this.#filled = 0;
      this.#skip = HEADER_BYTES + ((frame[0]! << 16) | (frame[1]! << 8) | frame[2]!) - end;
      if (type === RST_STREAM) this.#events.onReset(frame[end - 1]!);
      if (type === GOAWAY) this.#events.onGoaway(frame[end - 1]!);
    }
  }
}
