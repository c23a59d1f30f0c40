/** How many lines were kept back since the last one of this key; `null`: keep this one back, too. */
export type LineRate = (key: string) => number | null;

/** Failures of a dead mirror would fill a disk: one line each this many milliseconds and key. */
const QUIET_MILLISECONDS = 1000;

/** Keys remembered at once: configurations come and go in a process that lives for months. */
const MOST_KEYS = 1000;

/** @param now milliseconds */
export function lineRate(now: () => number): LineRate {
  const lines = new Map<string, { at: number; suppressed: number }>();
  return (key) => {
    const at = now();
    const last = lines.get(key);
    if (last !== undefined && at - last.at < QUIET_MILLISECONDS) {
      last.suppressed++;
      return null;
    }
    // Written anew, so that the first key of the map is always the one that was quiet longest.
    lines.delete(key);
    lines.set(key, { at, suppressed: 0 });
    if (lines.size > MOST_KEYS) lines.delete(lines.keys().next().value!);
    return last?.suppressed ?? 0;
  };
}
