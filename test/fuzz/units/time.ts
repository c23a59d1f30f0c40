import { Script } from 'node:vm';

/** Bytes of the inputs that are timed: the largest head that the gateway reads. */
export const LARGE: number = 32 * 1024;

/** Milliseconds after which even a regular expression is stopped: it may never end. */
const PATIENCE_MS = 3000;

/** The fastest of these runs counts: garbage collection may disturb one. */
const TRIES = 5;

/**
 * Runs some work, and runs it again if it took long.
 *
 * @param limit milliseconds of processor time, to which other work on this machine does not add
 * @returns the message when each run took longer, else `null`
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

/** Exceptions of the work are passed on. */
function endsInTime(work: () => unknown): boolean {
  try {
    CALL.runInNewContext({ work }, { timeout: PATIENCE_MS });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return false;
    throw error;
  }
}

/** The largest allowed text: one piece repeated, which is what makes a pattern slow. */
export function enlarged(unit: string, tail: string): string {
  if (unit === '') return tail;
  return (
    unit.repeat(Math.ceil((LARGE - tail.length) / unit.length)).slice(0, LARGE - tail.length) + tail
  );
}
