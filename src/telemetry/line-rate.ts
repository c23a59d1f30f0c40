/** How many lines were kept back since the last one of this key; `null`: keep this one back, too. */
export type LineRate = (key: string) => number | null;

/** Failures of a dead mirror would fill a disk: one line each this many milliseconds and key. */
const QUIET_MS = 1000;

/** Lines of all keys together in that time: a thousand routes may have a thousand dead mirrors. */
const MOST_LINES = 100;

/** Keys remembered at once: configurations come and go in a process that lives for months. */
const MOST_KEYS = 1000;

/** @param now milliseconds */
export function lineRate(now: () => number): LineRate {
  const lines = new Map<string, { at: number; suppressed: number }>();
  let began = -Infinity;
  let written = 0;

  /** True when this moment has a line left. */
  function admits(at: number): boolean {
    if (at - began >= QUIET_MS) {
      began = at;
      written = 0;
    }
    return written++ < MOST_LINES;
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
    // Written anew, so that the first key of the map is always the one that was quiet longest.
    lines.delete(key);
    lines.set(
      key,
      admitted ? { at, suppressed: 0 } : { at: -Infinity, suppressed: suppressed + 1 },
    );
    if (lines.size > MOST_KEYS) lines.delete(lines.keys().next().value!);
    return admitted ? suppressed : null;
  };
}
