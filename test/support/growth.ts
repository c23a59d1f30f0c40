/** Sizes that are compared, in characters; the larger is twice the limit of a request head. */
const SMALL = 1024;
const LARGE = 64 * 1024;

/**
 * Between linear (1) and quadratic (2) growth. Noise would have to be twentyfold to reach it from 1: a text that is
 * 64 times as long does not fit the cache, and is interrupted more often.
 */
export const LINEAR = 1.75;

/**
 * Degree of growth of some work with the size of its input: about 1 when linear, 2 when quadratic. Each size takes
 * the fastest of many runs, by the time of the processor, to which collecting garbage adds; for the same reason a bad
 * result is measured again.
 *
 * @param prepare creates an input of so many characters, and returns the work on it
 */
export function degree(prepare: (size: number) => () => unknown): number {
  const small = prepare(SMALL);
  const large = prepare(LARGE);
  let least = Infinity;
  for (let attempt = 0; attempt < 5 && least >= LINEAR; attempt += 1) {
    const patience = 10 * (attempt + 1);
    const time = leastTime(large, patience);
    const ratio = time / leastTime(small, patience);
    least = Math.min(least, Math.log(ratio) / Math.log(LARGE / SMALL));
    // No noise is that large.
    if (time > LONG_MS) break;
  }
  return least;
}

/** Far more than any linear work takes. */
const LONG_MS = 250;

/** Runs that are measured as one: the clock counts microseconds. */
const TOGETHER = 16;

/**
 * Milliseconds of the processor that a run takes in the fastest of as many measurements as fit into `patience` of them.
 * What others do on the machine is not counted.
 */
function leastTime(work: () => unknown, patienceMs: number): number {
  const until = processorMs() + patienceMs;
  let least = Infinity;
  for (let turn = 0; turn < 200; turn += 1) {
    const start = processorMs();
    let runs = 0;
    do work();
    while (++runs < TOGETHER && processorMs() - start < 1);
    const end = processorMs();
    least = Math.min(least, Math.max(end - start, CLOCK_MS) / runs);
    if (end > until && (turn >= 2 || least > LONG_MS)) break;
  }
  return least;
}

/** What the clock counts. */
const CLOCK_MS = 0.001;

function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
