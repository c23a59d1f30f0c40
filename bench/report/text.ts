import type { Spread } from './figures.ts';

/** `1.05 (0.98 - 1.10)` */
export function spreadText({ min, median, max }: Spread, digits = 2): string {
  const [low, middle, high] = [min, median, max].map((value) => value.toFixed(digits));
  return `${middle} (${low} - ${high})`;
}
