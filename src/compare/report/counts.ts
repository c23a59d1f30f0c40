/** Counts by name. Names come from closed sets, so that there is a bounded number of them. */
export type Counts = Map<string, number>;

export function add(counts: Counts, name: string, count: number): void {
  counts.set(name, (counts.get(name) ?? 0) + count);
}

export function total(counts: Counts): number {
  let sum = 0;
  for (const count of counts.values()) sum += count;
  return sum;
}
