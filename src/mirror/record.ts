import { ByteQueue, compact } from '../http/bytes.ts';
import type { MemoryBudget } from '../http/memory-budget.ts';
import { BudgetedRecording, type NotRecorded } from '../http/recording.ts';
import type { Tap } from '../http/upload.ts';

/** Default limit for the recorded bodies of all copies together. */
export const DEFAULT_MIRROR_MEMORY_BYTES: number = 64 * 1024 * 1024;

/**
 * Records a body while it streams to the upstream; to be given as its tap. The upstream never waits for the recording,
 * and the recorded body can be sent any number of times with a known length. A `tee()` would couple the speeds of its
 * readers.
 */
export class Recording extends BudgetedRecording<Uint8Array> implements Tap {
  readonly #maxBytes: number;
  readonly #body = new ByteQueue();
  #watch: ReturnType<typeof setInterval> | undefined;

  /** @param maxBytes most bytes to record; a longer body is given up as soon as it exceeds them */
  constructor(maxBytes: number, budget: MemoryBudget) {
    super(budget);
    this.#maxBytes = maxBytes;
  }

  chunk(bytes: Uint8Array): void {
    if (!this.wanted) return;
    const { byteLength } = bytes;
    if (this.#body.size + byteLength > this.#maxBytes) return this.lose('body_too_large');
    if (!this.reserve(byteLength)) return this.lose('memory_limit');
    this.#body.append(compact(bytes));
  }

  end(isComplete: boolean): void {
    if (!isComplete) return this.giveUp();
    if (this.wanted) this.settle(this.#body.join());
  }

  /**
   * Ends the recording once no byte has passed for this many milliseconds; noticed after at most twice as long. For
   * an upload whose reader may have stopped reading without notice.
   */
  giveUpWhenIdle(milliseconds: number): void {
    if (!this.wanted || this.#watch !== undefined) return;
    let seen = this.#body.size;
    this.#watch = setInterval(() => {
      const { size } = this.#body;
      if (size === seen) this.giveUp();
      else seen = size;
    }, milliseconds);
  }

  protected override settle(result: Uint8Array | NotRecorded): void {
    clearInterval(this.#watch);
    this.#body.drain();
    super.settle(result);
  }
}
