/**
 * Asks whether a line of this key may be written. Returns the number of lines suppressed since the last one, or `null`
 * to suppress this one as well.
 */
export type LineRate = (key: string) => number | null;

/** One line per key in this time: the failures of a dead mirror would fill a disk. */
const QUIET_MS = 1000;

/** Lines of all keys together in that time: a thousand routes may have a thousand dead mirrors. */
const MAX_LINES = 100;

/** Keys remembered at once: routes and mirrors come and go in a process that runs for months. */
const MAX_KEYS = 1000;

/** @param now clock in milliseconds */
export function lineRate(now: () => number): LineRate {
  const lines = new Map<string, { at: number; suppressed: number }>();
  /** Start of the period in which `written` lines were written. */
  let began = -Infinity;
  let written = 0;

  /** True if the current period has a line left. */
  function admits(at: number): boolean {
    if (at - began >= QUIET_MS) {
      began = at;
      written = 0;
    }
    return written++ < MAX_LINES;
  }
  return (key) => {
    const at = now();
    const last = lines.get(key);
    if (last !== undefined && at - last.at < QUIET_MS) {
      last.suppressed++;
      return null;
    }
    const suppressed = last?.suppressed ?? 0;
    const admitted = admits(at);
    // Deleted and set again, so that the first key of the map is always the least recently used.
    lines.delete(key);
    lines.set(
      key,
      admitted ? { at, suppressed: 0 } : { at: -Infinity, suppressed: suppressed + 1 },
    );
    if (lines.size > MAX_KEYS) lines.delete(lines.keys().next().value!);
    return admitted ? suppressed : null;
  };
}
