/** Keeps what was made of an object for a time, for all who ask for it by the same key. */
export type Keeper<T> = (of: object, key: string, nowMs: number, make: () => Made<T>) => T;

/** A value, and how long it may be shown. */
interface Made<T> {
  readonly value: T;
  readonly ageMs: number;
}

/** Keys that are kept of an object. */
const MAX_KEYS = 8;

export function keeper<T>(): Keeper<T> {
  const all = new WeakMap<object, Map<string, { value: T; sinceMs: number; untilMs: number }>>();
  return (of, key, nowMs, make) => {
    let kept = all.get(of);
    if (kept === undefined) all.set(of, (kept = new Map()));
    const last = kept.get(key);
    // From later than now if the clock was set back.
    if (last !== undefined && nowMs >= last.sinceMs && nowMs < last.untilMs) return last.value;
    const { value, ageMs } = make();
    if (kept.size >= MAX_KEYS) kept.clear();
    kept.set(key, { value, sinceMs: nowMs, untilMs: nowMs + ageMs });
    return value;
  };
}
