import type { Tap } from '../http/upload.ts';

/** Memory that recordings may hold together. */
export interface MemoryBudget {
  /** Takes so many bytes, or answers `false` and takes none. */
  reserve(bytes: number): boolean;
  release(bytes: number): void;
  /** Bytes held now. */
  readonly held: number;
}

/** @param limit most bytes held at once */
export function memoryBudget(limit: number): MemoryBudget {
  let held = 0;
  return {
    reserve(bytes) {
      if (held + bytes > limit) return false;
      held += bytes;
      return true;
    },
    release(bytes) {
      held -= bytes;
    },
    get held() {
      return held;
    },
  };
}

/** What became of a recording: the bytes, or why there are none. A part of a body is never kept. */
export type Recorded =
  | { readonly bytes: Uint8Array; readonly missing: null }
  | {
      readonly bytes: null;
      readonly missing: 'body_too_large' | 'body_incomplete' | 'memory_limit';
    };

export interface Recording {
  readonly tap: Tap;
  /** Resolves once, when the body has passed or cannot be kept. Never rejects. */
  readonly done: Promise<Recorded>;
  /** Ends it when nobody will read the rest of the body. */
  giveUp(): void;
  /** Gives the memory back. Call it when the bytes are no longer needed. */
  release(): void;
}

/**
 * Records a body while it passes. Nothing waits for it, and it can be sent again any number of
 * times with a known length; a tee would tie the readers together.
 *
 * @param limit most bytes to keep; a longer body is given up the moment that shows
 */
export function record(limit: number, budget: MemoryBudget): Recording {
  let chunks: Uint8Array[] = [];
  let size = 0;
  let settled = false;
  let resolve!: (recorded: Recorded) => void;
  const done = new Promise<Recorded>((resolveDone) => (resolve = resolveDone));

  function release(): void {
    budget.release(size);
    chunks = [];
    size = 0;
  }
  function settle(recorded: Recorded): void {
    if (settled) return;
    settled = true;
    if (recorded.bytes === null) release();
    resolve(recorded);
  }

  return {
    done,
    release,
    giveUp: () => settle({ bytes: null, missing: 'body_incomplete' }),
    tap: {
      chunk(bytes) {
        if (settled) return;
        if (size + bytes.byteLength > limit) {
          settle({ bytes: null, missing: 'body_too_large' });
        } else if (!budget.reserve(bytes.byteLength)) {
          settle({ bytes: null, missing: 'memory_limit' });
        } else {
          size += bytes.byteLength;
          chunks.push(compact(bytes));
        }
      },
      end(whole) {
        if (settled) return;
        settle(
          whole
            ? { bytes: join(chunks, size), missing: null }
            : { bytes: null, missing: 'body_incomplete' },
        );
        chunks = [];
      },
    },
  };
}

/** A few bytes of a large read buffer would keep the whole buffer alive, outside of every budget. */
function compact(bytes: Uint8Array): Uint8Array {
  return bytes.buffer.byteLength > 2 * bytes.byteLength ? new Uint8Array(bytes) : bytes;
}

function join(chunks: readonly Uint8Array[], size: number): Uint8Array {
  if (chunks.length === 1) return chunks[0]!;
  const joined = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    joined.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return joined;
}
