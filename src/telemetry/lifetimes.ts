/** Labels of a route, or of a route and one of its mirrors. */
export type RouteLabels = readonly [route: string, mirror?: string];

/** Decides which labels keep their samples: those in force, and for a while those that were removed. */
export interface Lifetimes {
  /** Sets the labels in force. */
  update(inForce: Iterable<RouteLabels>): void;
  /** True if the labels are in force, or were less than an hour ago. */
  has(...labels: RouteLabels): boolean;
}

/**
 * How long counters outlive their route, so that the last counts can be scraped, and a route that is replaced by
 * deleting it first keeps its counts.
 */
const KEPT_MS = 3_600_000;

/**
 * Ends the life of labels an hour after they were removed. Routes come and go by the admin API: a process that runs
 * for months would otherwise keep the series of every route it ever had.
 *
 * @param now clock in milliseconds
 */
export function lifetimes(now: () => number): Lifetimes {
  let inForce: ReadonlySet<string> = new Set();
  /** Time of removal by label, oldest first. */
  const gone = new Map<string, number>();
  return {
    update(labels) {
      const at = now();
      const next = new Set(Array.from(labels, keyOf));
      for (const key of inForce) if (!next.has(key)) gone.set(key, at);
      for (const key of next) gone.delete(key);
      for (const [key, since] of gone) {
        if (at - since < KEPT_MS) break;
        gone.delete(key);
      }
      inForce = next;
    },
    has(...labels) {
      const key = keyOf(labels);
      return inForce.has(key) || gone.has(key);
    },
  };
}

function keyOf(labels: RouteLabels): string {
  return labels.join('\n');
}
