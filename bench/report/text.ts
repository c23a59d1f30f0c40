import type { Spread } from './figures.ts';

/** `1.05 (0.98 - 1.10)` */
export function spreadText({ min, median, max }: Spread, digits = 2): string {
  const [low, middle, high] = [min, median, max].map((value) => value.toFixed(digits));
  return `${middle} (${low} - ${high})`;
}

/** `0.9 / 1.0 / 1.3`: minimum, median and maximum. */
export function rangeText({ min, median, max }: Spread, digits = 1): string {
  return [min, median, max].map((value) => value.toFixed(digits)).join(' / ');
}
