import { joinBytes } from '../http/bytes.ts';

/** Bytes in the order they came, kept in few arrays. */
export interface Packed {
  readonly size: number;
  append(bytes: Uint8Array): void;
  /** All of them in one array. */
  join(): Uint8Array;
}

/** Chunks below this many bytes are copied together. */
const SMALL = 4096;

/** Bytes of the arrays that small chunks are copied into. */
const BLOCK = 16_384;

/**
 * Keeps chunks as they are when they are large, and copies small ones together: each array costs
 * some hundred bytes beside its content, so a body that comes byte by byte would hold a hundred
 * times its size, outside of every budget.
 */
export function packed(): Packed {
  const chunks: Uint8Array[] = [];
  let size = 0;
  let block: Uint8Array | null = null;
  let used = 0;

  function append(bytes: Uint8Array): void {
    size += bytes.byteLength;
    // Most bodies come in one piece, which is kept as it is.
    if (chunks.length === 0 || bytes.byteLength >= SMALL) {
      close();
      chunks.push(compact(bytes));
      return;
    }
    if (block === null || used + bytes.byteLength > BLOCK) {
      close();
      block = new Uint8Array(BLOCK);
      chunks.push(block);
    }
    block.set(bytes, used);
    used += bytes.byteLength;
  }
  function close(): void {
    if (block !== null) chunks[chunks.length - 1] = block.subarray(0, used);
    block = null;
    used = 0;
  }

  return {
    get size() {
      return size;
    },
    append,
    join() {
      close();
      return joinBytes(chunks);
    },
  };
}

/** The bytes, to be kept for a while: a few of a large read buffer would keep all of it alive. */
export function compact(bytes: Uint8Array): Uint8Array {
  return bytes.buffer.byteLength > 2 * bytes.byteLength ? new Uint8Array(bytes) : bytes;
}
