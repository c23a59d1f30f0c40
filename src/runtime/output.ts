import process from 'node:process';

/** Where a process tells people and their tools what it does. */
export type Output = 'stdout' | 'stderr';

/**
 * Hands text over and resolves once it is gone, or cannot go. Must not wait for whoever reads it in
 * any other way: a pipe that nobody reads would stop the process.
 */
export type WriteOutput = (to: Output, text: string) => Promise<void>;

/** By `process`, which Node and Bun write to in the background where it is a pipe. */
export function processOutput(): WriteOutput {
  const guarded = new Set<Output>();
  return (to, text) => {
    // Whoever reads may leave: without a listener that would end the process.
    if (!guarded.has(to)) process[to].on('error', () => {});
    guarded.add(to);
    return new Promise((resolve) => process[to].write(text, () => resolve()));
  };
}
