/** Minimum, median and maximum of several turns. */
export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** @throws when there are no values */
export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  return { min: sorted.at(0)!, median: median(sorted), max: sorted.at(-1)! };
}

function median(sorted: readonly number[]): number {
  if (sorted.length === 0) throw new Error('no turn was taken: expected at least one value');
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
}

/** The spread of the ratios of the pairs: drift of the machine between pairs cancels out. */
export function pairedSpread(over: readonly number[], under: readonly number[]): Spread {
  return spread(over.slice(0, under.length).map((value, i) => value / under[i]!));
}

export function pairedRatio(over: readonly number[], under: readonly number[]): number {
  return pairedSpread(over, under).median;
}
