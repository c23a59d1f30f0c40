import { FieldCount } from './field-count.ts';
import {
  BYTES_PER_IDLE_FRAME,
  IDLE_FRAMES_PER_S,
  MAX_IDLE_FRAMES,
  USEFUL_DATA_BYTES,
  USEFUL_FIELDS,
  WORK_OF_HEAD,
  WORK_PER_TURN,
} from './limits.ts';
import { SentErrors } from './sent-errors.ts';

/** What every client sends first (RFC 9113 section 3.4). */
export const PREFACE_BYTES: number = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'.length;

/** Length, type, flags and stream (RFC 9113 section 4.1). */
const FRAME_HEADER_BYTES = 9;

/** Bytes of the number of a stream, and least bytes of a GOAWAY, which begins with one (RFC 9113 section 6.8). */
const STREAM_BYTES = 4;
const GOAWAY_BYTES = 8;

const DATA = 0x0;
const HEADERS = 0x1;
const RST_STREAM = 0x3;
const SETTINGS = 0x4;
const PING = 0x6;
const GOAWAY = 0x7;
const CONTINUATION = 0x9;

/** A type that nobody has defined, so that the frame is ignored (RFC 9113 section 4.1). */
const UNKNOWN = 0xff;

const NO_ERROR = 0x0;

/** Codes of our resets for what the peer did: PROTOCOL_ERROR, FLOW_CONTROL_ERROR, STREAM_CLOSED, FRAME_SIZE_ERROR. */
const FAULTS: readonly number[] = [0x1, 0x3, 0x5, 0x6];

/** The code of a reset for a head that is too large (ENHANCE_YOUR_CALM). */
const LARGE_HEAD = 0xb;

/** Offsets in the header of a frame. */
const TYPE_AT = 3;
const FLAGS_AT = 4;

/** The flag of the last frame of a request. */
const END_STREAM = 0x1;

/** The flag of SETTINGS and PING that acknowledge ours. */
const ACK = 0x1;

export interface FrameWatchOptions {
  /** Most bytes of a block of fields, compressed: HEADERS and its CONTINUATIONs. */
  readonly maxHeadBytes: number;
  /** Most fields of such a block. Default: any number. */
  readonly maxFields?: number;
  /** Most bytes of such a block, unpacked; what it might have counts. Default: any number. */
  readonly maxFieldBytes?: number;
  /** Bytes that come before the first frame. Default: 0. */
  readonly prefaceBytes?: number;
  /** Frames of no use that the peer may send at once. Default: `MAX_IDLE_FRAMES`. */
  readonly maxIdleFrames?: number;
  /** Bytes that we send before our first frame. Default: 0. */
  readonly sentPrefaceBytes?: number;
  /** How many such frames a RST_STREAM counts as, the peer's and one of ours that the peer has brought about. Default: 1. */
  readonly resetCost?: number;
  /** The same of ours for a head that is too large. Default: `resetCost`. */
  readonly largeHeadCost?: number;
  /** Called with the last stream of each GOAWAY. */
  readonly onGoaway?: (lastStream: number) => void;
  /** Called with the code of each GOAWAY of ours that has one: the peer has violated HTTP/2, and nothing more is read of it. */
  readonly onFault?: (code: number) => void;
}

/**
 * Counts the frames that a peer sends, before node:http2 has them. Frames that bring neither a request or response nor a
 * part of its body (PING, SETTINGS, PRIORITY, WINDOW_UPDATE, RST_STREAM, empty DATA, ...) cost work and may be sent for
 * ever. So a connection has a credit for them, which grows with time and with the bytes that the peer is sent: whoever
 * reads large bodies has to send many WINDOW_UPDATEs.
 *
 * The runtimes have limits of their own, each others, and none for some of these frames.
 *
 * Two things are hidden from node:http2, since Deno's process dies when a session is freed while it still reads the frame,
 * and when a GOAWAY finds streams that are closed: GOAWAY, of which `onGoaway` is told instead (a client's only says which
 * pushes are not wanted, and we push nothing); and acknowledgements of what we did not send, which are errors, and become
 * what they would acknowledge.
 */
export class FrameWatch {
  readonly #maxHeadBytes: number;
  readonly #maxFields: number;
  readonly #maxBytes: number;
  readonly #maxIdleFrames: number;
  readonly #resetCost: number;
  readonly #onGoaway: (lastStream: number) => void;
  readonly #sentErrors: SentErrors;
  readonly #header = new Uint8Array(FRAME_HEADER_BYTES);
  /** Bytes of `#header` that have arrived. */
  #filled = 0;
  /** Bytes of the preface or of a payload that are still to come. */
  #skip: number;
  /** Bytes of a GOAWAY's last stream that are still to come, and its number so far. */
  #lastStreamBytes = 0;
  #lastStream = 0;
  #isGoaway = false;
  /** Acknowledgements of our settings and pings that the peer owes. */
  #settings = 1;
  #pings = 0;
  #credit: number;
  /** Frames and fields of no use, less what the credit has grown meanwhile. */
  #idled = 0;
  #grownMs = performance.now();
  /** Bytes of the current block of fields, compressed. */
  #block = 0;
  /** Its fields so far, and whether the current frame has further ones. */
  readonly #fieldCount = new FieldCount();
  #fields = 0;
  #hasFields = false;
  /** Frames and fields since the current part began. */
  #work = 0;

  constructor(options: FrameWatchOptions) {
    const { maxHeadBytes, prefaceBytes = 0, resetCost = 1, onGoaway = () => {} } = options;
    this.#maxHeadBytes = maxHeadBytes;
    this.#maxFields = options.maxFields ?? Infinity;
    this.#maxBytes = options.maxFieldBytes ?? Infinity;
    this.#maxIdleFrames = options.maxIdleFrames ?? MAX_IDLE_FRAMES;
    this.#resetCost = resetCost;
    this.#onGoaway = onGoaway;
    const { largeHeadCost = resetCost, sentPrefaceBytes = 0, onFault = () => {} } = options;
    this.#sentErrors = new SentErrors(
      {
        onReset: (code) => {
          if (code === LARGE_HEAD) this.charge(largeHeadCost);
          else if (FAULTS.includes(code)) this.charge(resetCost);
        },
        onGoaway: (code) => {
          if (code !== NO_ERROR) onFault(code);
        },
      },
      sentPrefaceBytes,
    );
    this.#skip = prefaceBytes;
    this.#credit = this.#maxIdleFrames;
  }

  /**
   * Looks at the next bytes, split anywhere, and hides what is to be hidden in them. Returns false if the connection must end:
   * it is a flood.
   *
   * @param parts gets where in the bytes a frame begins before which there is `WORK_PER_TURN`
   */
  read(bytes: Uint8Array, parts: number[] = []): boolean {
    this.#work = 0;
    for (let at = 0; at < bytes.byteLength;) {
      if (this.#skip > 0) {
        const passed = Math.min(this.#skip, bytes.byteLength - at);
        const payload = bytes.subarray(at, at + passed);
        this.#skip -= passed;
        at += passed;
        if (this.#lastStreamBytes > 0) this.#readLastStream(payload);
        if (this.#hasFields && !this.#readFields(payload)) return false;
        continue;
      }
      if (this.#filled === TYPE_AT) {
        this.#isGoaway = bytes[at] === GOAWAY;
        if (this.#isGoaway) bytes[at] = UNKNOWN;
      }
      if (this.#filled === FLAGS_AT)
        bytes[at] = this.#solicited(this.#header[TYPE_AT]!, bytes[at]!);
      this.#header[this.#filled++] = bytes[at++]!;
      if (this.#filled < FRAME_HEADER_BYTES) continue;
      this.#filled = 0;
      const [high, middle, low, type, flags] = this.#header;
      // What takes a request back stays with it: then the request is never passed on.
      if (this.#work >= WORK_PER_TURN && type !== RST_STREAM) {
        parts.push(at - FRAME_HEADER_BYTES);
        this.#work = 0;
      }
      this.#skip = (high! << 16) | (middle! << 8) | low!;
      this.#lastStreamBytes = this.#isGoaway && this.#skip >= GOAWAY_BYTES ? STREAM_BYTES : 0;
      this.#lastStream = 0;
      if (!this.#frame(type!, flags!, this.#skip)) return false;
    }
    return true;
  }

  /** Whether the peer has lately sent more work of no use than is read in one turn. */
  get isIdling(): boolean {
    this.#grow();
    return this.#idled > WORK_PER_TURN;
  }

  /** We send a PING. */
  pinged(): void {
    this.#pings += 1;
  }

  /** We send SETTINGS, other than the first. */
  configured(): void {
    this.#settings += 1;
  }

  /** Looks at the next bytes that are sent to the peer, split anywhere. Returns false if it is to blame for too many resets. */
  sent(bytes: Uint8Array): boolean {
    this.wrote(bytes.byteLength);
    this.#sentErrors.read(bytes);
    return this.#credit >= 0;
  }

  /** So many bytes were sent to the peer. */
  wrote(bytes: number): void {
    this.#earn(bytes / BYTES_PER_IDLE_FRAME);
  }

  #readLastStream(payload: Uint8Array): void {
    for (const byte of payload.subarray(0, this.#lastStreamBytes)) {
      this.#lastStream = this.#lastStream * 256 + byte;
      this.#lastStreamBytes -= 1;
    }
    // Without the reserved bit.
    if (this.#lastStreamBytes === 0) this.#onGoaway(this.#lastStream % 2 ** 31);
  }

  /** Counts fields. Returns false if there are too many: they are not unpacked. */
  #readFields(payload: Uint8Array): boolean {
    const fields = this.#fieldCount.read(payload);
    this.#work += fields - this.#fields;
    this.#idled += Math.max(0, fields - Math.max(this.#fields, USEFUL_FIELDS));
    this.#fields = fields;
    return fields <= this.#maxFields && this.#fieldCount.bytes <= this.#maxBytes;
  }

  /** The flags of a frame, without ACK where there is nothing to acknowledge. */
  #solicited(type: number, flags: number): number {
    const isAck = (type === PING || type === SETTINGS) && (flags & ACK) !== 0;
    if (!isAck) return flags;
    const expected = type === PING ? this.#pings : this.#settings;
    if (type === PING) this.#pings = Math.max(0, this.#pings - 1);
    else this.#settings = Math.max(0, this.#settings - 1);
    return expected > 0 ? flags : flags & ~ACK;
  }

  #frame(type: number, flags: number, length: number): boolean {
    this.#hasFields = type === HEADERS || type === CONTINUATION;
    this.#work += 1;
    if (type === DATA && (flags & END_STREAM) !== 0) return true;
    if (type === DATA && length > 0) {
      if (length < USEFUL_DATA_BYTES) this.#idled += 1;
      return true;
    }
    if (this.#hasFields) {
      this.#block = type === HEADERS ? length : this.#block + length;
      if (this.#block > this.#maxHeadBytes) return false;
      if (type === HEADERS) {
        this.#fieldCount.begin(flags, length);
        this.#fields = 0;
        this.#work += WORK_OF_HEAD;
        return true;
      }
      this.#fieldCount.goOn(length);
    }
    return this.charge(type === RST_STREAM ? this.#resetCost : 1);
  }

  /** Takes the cost of so many frames. Returns false if they are more than the connection may send. */
  charge(frames: number): boolean {
    this.#grow();
    this.#credit -= frames;
    this.#idled += frames;
    return this.#credit >= 0;
  }

  #grow(): void {
    const now = performance.now();
    const grown = ((now - this.#grownMs) / 1000) * IDLE_FRAMES_PER_S;
    this.#grownMs = now;
    this.#earn(grown);
  }

  #earn(frames: number): void {
    this.#credit = Math.min(this.#maxIdleFrames, this.#credit + frames);
    this.#idled = Math.max(0, this.#idled - frames);
  }
}
