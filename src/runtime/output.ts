import process from 'node:process';

/** An output stream of the process. */
export type Output = 'stdout' | 'stderr';

/**
 * Writes text to an output. Resolves when it is written or cannot be written. Must not block the process, even if the
 * output is a pipe that nobody reads.
 */
export type WriteOutput = (to: Output, text: string) => Promise<void>;

/** Writes by `process`, which on Node and Bun does not block on a pipe. */
export function processOutput(): WriteOutput {
  const guarded = new Set<Output>();
  return (to, text) => {
    // If the reader closes the pipe, an `error` event without a listener would end the process.
    if (!guarded.has(to)) process[to].on('error', () => {});
    guarded.add(to);
    return new Promise((resolve) => process[to].write(text, () => resolve()));
  };
}
