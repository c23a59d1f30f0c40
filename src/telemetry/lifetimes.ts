/** Labels of a route, or of a route and one of its mirrors. */
export type RouteLabels = readonly [route: string, mirror?: string];

/** Which labels have samples: those in force, and those that were a while ago. */
export interface Lifetimes {
  /** Takes note of what is in force now. */
  update(inForce: Iterable<RouteLabels>): void;
  has(...labels: RouteLabels): boolean;
}

/**
 * How long counters outlive their route: what was counted up to its end is still to be scraped, and a
 * route that is replaced by deleting it first goes on counting.
 */
const KEPT_MS = 3_600_000;

/**
 * Ends labels an hour after they went out of force. Routes come and go by the admin API, so that a
 * process that lives for months would otherwise keep the series of all that there ever were.
 *
 * @param now milliseconds
 */
export function lifetimes(now: () => number): Lifetimes {
  let inForce: ReadonlySet<string> = new Set();
  /** When each went; the first went first. */
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
