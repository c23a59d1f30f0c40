/** Sizes that are compared, in characters; the larger is twice the head of a request. */
const SMALL = 1024;
const LARGE = 64 * 1024;

/**
 * Between work in proportion to its input and work by the square of it. Noise would have to be twentyfold
 * to get there from 1: a text that is 64 times as long fits no cache, and is more often interrupted.
 */
export const LINEAR = 1.75;

/**
 * How the time of some work grows with the size of its input: about 1 when in proportion, 2 when by the
 * square. The least of many turns is taken for each size, as a busy machine adds time and takes none
 * away, and it is measured again when it looks bad, for the same reason.
 *
 * @param prepare makes an input of so many characters, and says what is to be done with it
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
    // No noise is that loud.
    if (time > LONG_MS) break;
  }
  return least;
}

/** Far more than anything in proportion takes. */
const LONG_MS = 250;

/** Milliseconds of the fastest turn, of as many as there is time for. */
function leastTime(work: () => unknown, patience: number): number {
  const until = performance.now() + patience;
  let least = Infinity;
  for (let turn = 0; turn < 200; turn += 1) {
    const start = performance.now();
    work();
    const end = performance.now();
    least = Math.min(least, end - start);
    if (end > until && (turn >= 2 || least > LONG_MS)) break;
  }
  return least;
}
