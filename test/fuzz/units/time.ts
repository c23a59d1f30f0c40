import { Script } from 'node:vm';

/** Bytes of the inputs whose time is taken: the largest head that the gateway reads. */
export const LARGE: number = 32 * 1024;

/** After so many milliseconds even a regular expression is stopped: it may not end by itself. */
const PATIENCE_MS = 3000;

/** Tries, the fastest of which counts: a collection of garbage may fall into one. */
const TRIES = 5;

/**
 * Does some work, and again where that took long.
 *
 * @param limit milliseconds of processor time, which others on this machine do not add to
 * @returns what to say when it took longer each time
 */
export function slowness(work: () => unknown, limit: number): string | null {
  let fastest = Infinity;
  for (let left = TRIES; left > 0; left--) {
    const before = process.cpuUsage();
    if (!endsInTime(work)) return 'takes for ever, or nearly';
    const { user, system } = process.cpuUsage(before);
    fastest = Math.min(fastest, (user + system) / 1000);
    if (fastest <= limit) return null;
  }
  return `takes over ${limit} ms (${fastest.toFixed(0)} at best)`;
}

const CALL = new Script('work()');

/** Throws what the work throws. */
function endsInTime(work: () => unknown): boolean {
  try {
    CALL.runInNewContext({ work }, { timeout: PATIENCE_MS });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return false;
    throw error;
  }
}

/** A text as large as may be: a piece of it again and again, which is what makes a pattern slow. */
export function enlarged(unit: string, tail: string): string {
  if (unit === '') return tail;
  return (
    unit.repeat(Math.ceil((LARGE - tail.length) / unit.length)).slice(0, LARGE - tail.length) + tail
  );
}
