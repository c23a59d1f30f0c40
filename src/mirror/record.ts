import { ByteQueue, compact } from '../http/bytes.ts';
import type { Tap } from '../http/upload.ts';

/** Memory that recordings may hold together. */
export interface MemoryBudget {
  /** Takes so many bytes, or answers `false` and takes none. */
  reserve(bytes: number): boolean;
  release(bytes: number): void;
  /** Bytes held now. */
  readonly held: number;
}

/** Most bytes of recorded bodies that copies hold together, where no setting says otherwise. */
export const DEFAULT_MIRROR_MEMORY_BYTES: number = 64 * 1024 * 1024;

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
  /**
   * Ends it once no byte has passed for so many milliseconds, or for up to twice as many. For an
   * upload whose reader may have lost interest without a word.
   */
  giveUpWhenIdle(milliseconds: number): void;
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
  let body: ByteQueue | null = new ByteQueue();
  let held = 0;
  let watch: ReturnType<typeof setInterval> | undefined;
  let resolve!: (recorded: Recorded) => void;
  const done = new Promise<Recorded>((settled) => (resolve = settled));

  function release(): void {
    budget.release(held);
    held = 0;
  }
  function settle(recorded: Recorded): void {
    body = null;
    clearInterval(watch);
    if (recorded.bytes === null) release();
    resolve(recorded);
  }
  function lose(missing: 'body_too_large' | 'body_incomplete' | 'memory_limit'): void {
    if (body !== null) settle({ bytes: null, missing });
  }

  return {
    done,
    release,
    giveUp: () => lose('body_incomplete'),
    giveUpWhenIdle(milliseconds) {
      if (body === null || watch !== undefined) return;
      let seen = body.size;
      watch = setInterval(() => {
        if (body?.size === seen) lose('body_incomplete');
        else seen = body?.size ?? 0;
      }, milliseconds);
    },
    tap: {
      get wanted() {
        return body !== null;
      },
      chunk(bytes) {
        if (body === null) return;
        const { byteLength } = bytes;
        if (body.size + byteLength > limit) return lose('body_too_large');
        if (!budget.reserve(byteLength)) return lose('memory_limit');
        held += byteLength;
        body.append(compact(bytes));
      },
      end(isComplete) {
        if (!isComplete) return lose('body_incomplete');
        if (body !== null) settle({ bytes: body.join(), missing: null });
      },
    },
  };
}
