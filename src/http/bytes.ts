/** Chunks as one array; a single chunk is handed back as it is. */
export function joinBytes(chunks: readonly Uint8Array[]): Uint8Array {
  if (chunks.length === 1) return chunks[0]!;
  const joined = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.byteLength, 0));
  let offset = 0;
  for (const chunk of chunks) {
    joined.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return joined;
}

/** The bytes, to be kept for a while: a few of a large read buffer would keep all of it alive. */
export function compact(bytes: Uint8Array): Uint8Array {
  return bytes.buffer.byteLength > 2 * bytes.byteLength ? new Uint8Array(bytes) : bytes;
}

/** Chunks below this many bytes are copied together. */
const SMALL_BYTES = 4096;

/** Bytes of the arrays that small chunks are copied into. */
const BLOCK_BYTES = 16_384;

const NONE = new Uint8Array(0);

/**
 * Bytes in the order they came, in few arrays: large chunks are kept as they are, and small ones copied
 * together. Each array costs some hundred bytes beside its content, and whoever takes it as much time
 * as a few thousand bytes, so that a body that comes byte by byte would cost a hundred times its size.
 */
export class ByteQueue {
  /** Bytes that are in it. */
  size = 0;
  #arrays: Uint8Array[] = [];
  /** Arrays at the start that have been taken. They are not shifted out one by one: there may be many. */
  #taken = 0;
  /** The last array, as long as it has room. */
  #block: Uint8Array | null = null;
  #used = 0;

  /** @param bytes kept, unless they are few: nobody may write to them again */
  append(bytes: Uint8Array): void {
    this.size += bytes.byteLength;
    // Most bodies come in one piece.
    if (this.#arrays.length === this.#taken || bytes.byteLength >= SMALL_BYTES) {
      this.#close();
      this.#arrays.push(bytes);
      return;
    }
    if (this.#block === null || this.#used + bytes.byteLength > BLOCK_BYTES) {
      this.#close();
      this.#block = new Uint8Array(BLOCK_BYTES);
      this.#arrays.push(this.#block);
    }
    this.#block.set(bytes, this.#used);
    this.#used += bytes.byteLength;
  }

  /** Takes the first array; `undefined` when it is empty. */
  shift(): Uint8Array | undefined {
    const left = this.#arrays.length - this.#taken;
    if (left === 0) return undefined;
    if (left === 1) this.#close();
    const first = this.#arrays[this.#taken]!;
    this.#arrays[this.#taken] = NONE;
    this.#taken += 1;
    // Moves no more of them than were taken since the last time.
    if (this.#taken >= left) {
      this.#arrays.splice(0, this.#taken);
      this.#taken = 0;
    }
    this.size -= first.byteLength;
    return first;
  }

  /** Takes all of them. */
  drain(): Uint8Array[] {
    this.#close();
    const arrays = this.#taken === 0 ? this.#arrays : this.#arrays.slice(this.#taken);
    this.#arrays = [];
    this.#taken = 0;
    this.size = 0;
    return arrays;
  }

  /** All of it as one array, which stays in it. */
  join(): Uint8Array {
    const joined = joinBytes(this.drain());
    this.append(joined);
    return joined;
  }

  /** All of it, where that is one array. */
  get single(): Uint8Array | null {
    if (this.#arrays.length - this.#taken !== 1) return null;
    this.#close();
    return this.#arrays[this.#taken]!;
  }

  #close(): void {
    if (this.#block !== null)
      this.#arrays[this.#arrays.length - 1] = compact(this.#block.subarray(0, this.#used));
    this.#block = null;
    this.#used = 0;
  }
}
