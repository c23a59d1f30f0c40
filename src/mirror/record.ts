import { ByteQueue, compact } from '../http/bytes.ts';
import type { MemoryBudget } from '../http/memory-budget.ts';
import type { Tap } from '../http/upload.ts';
import type { SkipReason } from './outcome.ts';

/** Default limit for the recorded bodies of all copies together. */
export const DEFAULT_MIRROR_MEMORY_BYTES: number = 64 * 1024 * 1024;

/** Result of a recording: the whole body, or why it is missing. A part of a body is never returned. */
export type Recorded =
  | { readonly bytes: Uint8Array; readonly missing: null }
  | { readonly bytes: null; readonly missing: BodyMissing };

type BodyMissing = Extract<SkipReason, 'body_too_large' | 'body_incomplete' | 'memory_limit'>;

export interface Recording {
  readonly tap: Tap;
  /** Resolves when the whole body has passed or the recording was given up. Never rejects. */
  readonly done: Promise<Recorded>;
  /** Ends the recording: nobody will read the rest of the body. */
  giveUp(): void;
  /**
   * Ends the recording once no byte has passed for this many milliseconds; noticed after at most twice as long. For
   * an upload whose reader may have stopped reading without notice.
   */
  giveUpWhenIdle(milliseconds: number): void;
  /** Returns the memory to the budget. To be called when the bytes are no longer needed. */
  release(): void;
}

/**
 * Records a body while it streams to the upstream. The upstream never waits for the recording, and the recorded body
 * can be sent any number of times with a known length. A `tee()` would couple the speeds of its readers.
 *
 * @param limit most bytes to record; a longer body is given up as soon as it exceeds the limit
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
  function lose(missing: BodyMissing): void {
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
