/** Requests that are described in a second: what a terminal shows at once. */
const MAX_DESCRIBED = 3;
const PERIOD_MS = 1000;

/** Requests that are remembered: those whose copies are under way. */
const MAX_REMEMBERED = 10_000;

/** Whether a request is described, by its id; the same each time that one asks. */
export type Described = (id: string) => boolean;

/**
 * Chooses the requests that are described, with all that comes of them: the first ones of each second. Fifty at once would
 * scroll away what there is to see.
 *
 * @param onMore called once in each second that has further requests
 * @param now clock in milliseconds
 */
export function firstOfEachSecond(onMore: () => void, now: () => number): Described {
  const chosen = new Map<string, boolean>();
  let began = -Infinity;
  let count = 0;
  return (id) => {
    const known = chosen.get(id);
    if (known !== undefined) return known;
    if (now() - began >= PERIOD_MS) {
      began = now();
      count = 0;
    }
    count += 1;
    if (count === MAX_DESCRIBED + 1) onMore();
    chosen.set(id, count <= MAX_DESCRIBED);
    if (chosen.size > MAX_REMEMBERED) chosen.delete(chosen.keys().next().value!);
    return count <= MAX_DESCRIBED;
  };
}
