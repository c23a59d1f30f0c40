import type { OnReadOpts } from 'node:net';

/** Bytes of one read at most. */
const READ_BYTES = 64 * 1024;

/** Below this many bytes in one read, a body is no longer taken for a large one. */
const LITTLE_BYTES = READ_BYTES / 8;

/** Buffers that are kept for their next use, 4 MiB of them. Beyond, they are garbage. */
const MOST_FREE_BUFFERS = 64;

/** Where connections read to as long as little comes: only one reads at a time. */
const SHARED: Buffer = Buffer.allocUnsafeSlow(READ_BYTES);

const free: Buffer[] = [];

/** Those whose bytes somebody has, by their memory. */
const given = new WeakMap<ArrayBufferLike, Buffer>();

/** What free buffers are overwritten with under test: neither text nor the head of a message. */
const OVERWRITTEN = 0xdb;

let overwritesFree = false;

/**
 * For tests: overwrites buffers once they are free, so that whoever still reads one shows at once, and not
 * only when the next read happens to fall into it.
 */
export function overwriteFreeBuffers(): void {
  overwritesFree = true;
}

/**
 * Where a connection reads to. The invariant: bytes of a read may be looked at until the next read of any
 * connection. What is needed longer goes through `keep`, and what `keep` has returned is the caller's until he
 * hands it to `recycle`, once, and never looks at it again.
 *
 * Little is read into a buffer that all connections share, and copied: a
 * buffer for each read costs Node more. Of a large body each read has its own, which goes on to
 * whoever reads the body and comes back by `recycle`: to copy 1 MiB into new memory is half of all
 * the time that it takes on its way.
 */
export class ReadBuffer {
  #buffer: Buffer = SHARED;
  #length = 0;
  #given = false;

  /** To be called before each read. */
  next(): Buffer {
    const own = this.#buffer !== SHARED;
    if (this.#length > READ_BYTES / 2) {
      if (!own || this.#given) this.#buffer = free.pop() ?? Buffer.allocUnsafeSlow(READ_BYTES);
    } else if (own && (this.#given || this.#length < LITTLE_BYTES)) {
      if (!this.#given) putBack(this.#buffer);
      this.#buffer = SHARED;
    }
    this.#given = false;
    if (overwritesFree) this.#buffer.fill(OVERWRITTEN);
    return this.#buffer;
  }

  /** The bytes of a read, until the next. */
  filled(length: number): Buffer {
    this.#length = length;
    return this.#buffer.subarray(0, length);
  }

  /** Part of a read, to be kept beyond the next. */
  keep(bytes: Buffer): Uint8Array {
    // A small part would keep all of the memory.
    if (bytes.buffer === SHARED.buffer || bytes.byteLength <= bytes.buffer.byteLength / 2)
      return Buffer.from(bytes);
    if (bytes.buffer === this.#buffer.buffer) {
      this.#given = true;
      given.set(bytes.buffer, this.#buffer);
    }
    return bytes;
  }

  /** No more of the body comes. */
  bodyEnded(): void {
    this.#length = 0;
  }
}

/**
 * Whoever had `bytes` from `keep` has no more use for them, and nobody else has got them. Without
 * this their memory is garbage one day, like any other.
 */
export function recycle({ buffer }: Uint8Array): void {
  const whole = given.get(buffer);
  if (whole === undefined) return;
  given.delete(buffer);
  putBack(whole);
}

function putBack(buffer: Buffer): void {
  if (overwritesFree) buffer.fill(OVERWRITTEN);
  if (free.length < MOST_FREE_BUFFERS) free.push(buffer);
}

/** Options of a socket that reads into a `ReadBuffer`, in place of `data` events. */
export function readingInto(
  reads: ReadBuffer,
  listener: { read(bytes: Buffer): void },
): { readonly onread: OnReadOpts } {
  return {
    onread: {
      buffer: () => reads.next(),
      callback(length) {
        listener.read(reads.filled(length));
        return true;
      },
    },
  };
}
