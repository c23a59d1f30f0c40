import { describe, expect, it } from 'vitest';
import { observe, quantiles } from '../../../../src/compare/report/histogram.ts';

function histogramOf(seconds: readonly number[]): Map<string, number> {
  const histogram = new Map<string, number>();
  for (const one of seconds) observe(histogram, one);
  return histogram;
}

describe('quantiles', () => {
  it('are off by at most 4.5 %, over nine powers of ten and both signs', () => {
    for (let power = -6; power <= 3; power += 0.13) {
      for (const sign of [1, -1]) {
        const value = sign * 10 ** Math.min(power, 3);
        const { p50 } = quantiles(histogramOf([value]));
        expect(Math.abs(p50! / value - 1), String(value)).toBeLessThan(0.05);
      }
    }
  });

  it('are those of the sorted values', () => {
    const seconds = Array.from({ length: 1000 }, (_, i) => (i - 499) / 1000);
    const { p50, p95, p99 } = quantiles(histogramOf(seconds.toSorted(() => 0.5 - 1)));
    expect(p50).toBe(0);
    expect(Math.abs(p95! / 0.45 - 1)).toBeLessThan(0.05);
    expect(Math.abs(p99! / 0.49 - 1)).toBeLessThan(0.05);
  });

  it('of nothing are not known', () => {
    expect(quantiles(new Map())).toEqual({ p50: null, p95: null, p99: null });
  });

  it('bounded whatever is observed', () => {
    const histogram = histogramOf([0, -0, 1e-9, NaN, Infinity, -Infinity, 1e12]);
    expect(histogram).toEqual(
      new Map([
        ['0', 4],
        ['240', 2],
        ['-240', 1],
      ]),
    );
  });
});
