import type { OnReadOpts } from 'node:net';

/** Most bytes of one read. */
const READ_BYTES = 64 * 1024;

/** After a read of fewer bytes, the next one goes to the shared buffer again. */
const LITTLE_BYTES = READ_BYTES / 8;

/** Most free buffers that are kept for reuse, 4 MiB in total. Further ones are left to the garbage collector. */
const MAX_FREE_BUFFERS = 64;

/** The buffer for short reads, shared by all connections: only one of them reads at a time. */
const SHARED: Buffer = Buffer.allocUnsafeSlow(READ_BYTES);

const free: Buffer[] = [];

/** Buffers that `keep` has given to a caller, by their memory. */
const given = new WeakMap<ArrayBufferLike, Buffer>();

/** The byte that tests fill free buffers with: neither text nor the start of a message. */
const OVERWRITTEN = 0xdb;

let overwritesFree = false;

/**
 * For tests: fills buffers as soon as they are free, so that code that still reads one fails at once, and not only when
 * the next read happens to use the buffer.
 */
export function overwriteFreeBuffers(): void {
  overwritesFree = true;
}

/**
 * The buffers that a connection reads into.
 *
 * Invariant: the bytes of a read are valid until the next read on any connection. To use them longer, call `keep`. What
 * `keep` returns belongs to the caller until it passes that to `recycle`, at most once, and does not use it afterwards.
 *
 * Short reads go to a buffer that all connections share, and `keep` copies them: cheaper in Node than a new buffer for
 * each read. For a large body each read gets a buffer of its own, which `keep` hands over to the body's reader, and
 * `recycle` takes back: copying a body of 1 MiB to new memory would be half of the time it takes through the gateway.
 */
export class ReadBuffer {
  #buffer: Buffer = SHARED;
  /** Bytes of the last read. */
  #length = 0;
  /** True if `keep` has given `#buffer` to a caller. */
  #given = false;

  /** The buffer for the next read. To be called before each read. */
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

  /** The bytes of the read that just ended, valid until the next read. */
  filled(length: number): Buffer {
    this.#length = length;
    return this.#buffer.subarray(0, length);
  }

  /** Makes part of the last read valid beyond the next read: copies it, or gives its buffer away. */
  keep(bytes: Buffer): Uint8Array {
    // Copy a small part even of an own buffer: it would hold 64 KiB of memory.
    if (bytes.buffer === SHARED.buffer || bytes.byteLength <= bytes.buffer.byteLength / 2)
      return Buffer.from(bytes);
    if (bytes.buffer === this.#buffer.buffer) {
      this.#given = true;
      given.set(bytes.buffer, this.#buffer);
    }
    return bytes;
  }

  /** To be called at the end of a body: the next read goes to the shared buffer. */
  bodyEnded(): void {
    this.#length = 0;
  }
}

/**
 * Takes back a buffer that `keep` has given away. The caller must be the only one with `bytes` and must not use them
 * again. Optional: without it the buffer is left to the garbage collector.
 */
export function recycle({ buffer }: Uint8Array): void {
  const whole = given.get(buffer);
  if (whole === undefined) return;
  given.delete(buffer);
  putBack(whole);
}

function putBack(buffer: Buffer): void {
  if (overwritesFree) buffer.fill(OVERWRITTEN);
  if (free.length < MAX_FREE_BUFFERS) free.push(buffer);
}

/** Options for a socket that reads into a `ReadBuffer` instead of emitting `data` events. */
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
