/** Joins chunks into one array. A single chunk is returned without a copy. */
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

/** Copies bytes that are to be kept if they are less than half of their buffer, so that the buffer can be freed. */
export function compact(bytes: Uint8Array): Uint8Array {
  return bytes.buffer.byteLength > 2 * bytes.byteLength ? new Uint8Array(bytes) : bytes;
}

/** Chunks smaller than this are copied into a shared block. */
const SMALL_BYTES = 4096;

/** Sizes of the blocks that small chunks are copied into: at most twice as large as what is in the queue. */
const BLOCK_BYTES = { least: 128, most: 16_384 } as const;

const EMPTY = new Uint8Array(0);

/**
 * A FIFO of bytes in few arrays: large chunks are kept without a copy, small ones are copied into blocks.
 * Each array costs about a hundred bytes of memory beyond its content, and as much processing time as a few
 * thousand bytes: without blocks, a body received byte by byte would take a hundred times its size.
 */
export class ByteQueue {
  /** Bytes in the queue. */
  size = 0;
  #arrays: Uint8Array[] = [];
  /** Arrays at the start that were already taken. Removed in bulk, as each `shift()` of a long array is slow. */
  #taken = 0;
  /** The block at the end that small chunks are copied into; `null` when the last array is not such a block. */
  #block: Uint8Array | null = null;
  /** Bytes of `#block` in use. */
  #used = 0;

  /**
   * @param isLent true if the caller will write to the bytes again; otherwise they may be kept without a copy, and the
   * caller must not write to them afterwards
   */
  append(bytes: Uint8Array, isLent = false): void {
    this.size += bytes.byteLength;
    // The first chunk is kept without a copy, even a small one: most bodies arrive in one chunk.
    if (this.#arrays.length === this.#taken || bytes.byteLength >= SMALL_BYTES) {
      this.#close();
      this.#arrays.push(isLent ? new Uint8Array(bytes) : bytes);
      return;
    }
    const block = this.#blockFor(bytes.byteLength);
    block.set(bytes, this.#used);
    this.#used += bytes.byteLength;
  }

  /** The block at the end, with room for so many bytes more: a larger one in its place, or a new one. */
  #blockFor(bytes: number): Uint8Array {
    const block = this.#block;
    const needed = this.#used + bytes;
    if (block !== null && needed <= block.byteLength) return block;
    const { least, most } = BLOCK_BYTES;
    const larger = new Uint8Array(Math.min(Math.max(this.size, 2 * needed, least), most));
    if (block !== null && needed <= most) {
      larger.set(block.subarray(0, this.#used));
      this.#arrays[this.#arrays.length - 1] = larger;
    } else {
      this.#close();
      this.#arrays.push(larger);
    }
    return (this.#block = larger);
  }

  /** Removes and returns the first array; `undefined` if the queue is empty. */
  shift(): Uint8Array | undefined {
    const left = this.#arrays.length - this.#taken;
    if (left === 0) return undefined;
    if (left === 1) this.#close();
    const first = this.#arrays[this.#taken]!;
    this.#arrays[this.#taken] = EMPTY;
    this.#taken += 1;
    // Amortized: moves at most as many arrays as were taken since the last splice.
    if (this.#taken >= left) {
      this.#arrays.splice(0, this.#taken);
      this.#taken = 0;
    }
    this.size -= first.byteLength;
    return first;
  }

  /** Removes and returns all arrays. */
  drain(): Uint8Array[] {
    this.#close();
    const arrays = this.#taken === 0 ? this.#arrays : this.#arrays.slice(this.#taken);
    this.#arrays = [];
    this.#taken = 0;
    this.size = 0;
    return arrays;
  }

  /** Calls `visit` with each array. They stay in the queue. */
  forEach(visit: (bytes: Uint8Array) => void): void {
    this.#close();
    for (let at = this.#taken; at < this.#arrays.length; at++) visit(this.#arrays[at]!);
  }

  /** Joins the content into one array and returns it. The queue keeps its content. */
  join(): Uint8Array {
    const joined = joinBytes(this.drain());
    this.append(joined);
    return joined;
  }

  /** The content if it is a single array, else `null`. */
  get single(): Uint8Array | null {
    if (this.#arrays.length - this.#taken !== 1) return null;
    this.#close();
    return this.#arrays[this.#taken]!;
  }

  /** Ends the current block: cuts it to the bytes in use. */
  #close(): void {
    if (this.#block !== null)
      this.#arrays[this.#arrays.length - 1] = compact(this.#block.subarray(0, this.#used));
    this.#block = null;
    this.#used = 0;
  }
}
