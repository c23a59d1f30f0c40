import { describe, expect, it } from 'vitest';
import { judged } from '../../../../src/compare/report/noise.ts';

const judge = (count: number, pairs: number, noise: number, baselines: number) =>
  judged({ count, ignored: 0, noise }, { pairs, baselines });

describe('a difference is shown', () => {
  it.each([
    // Without a baseline nothing is noise.
    [1, 1, 0, 0, 'shown'],
    // Diffy's thresholds.
    [3, 10_000, 0, 1000, 'hidden'],
    [1500, 10_000, 100, 1000, 'hidden'],
    [1501, 10_000, 100, 1000, 'shown'],
    [100, 10_000, 900, 1000, 'hidden'],
    // In 10 % of the pairs and more they are enough, also where there is little yet.
    [1, 1, 0, 1, 'shown'],
    [20, 200, 0, 20, 'shown'],
    // What is rarer must be more than chance.
    [19, 200, 0, 20, 'undecided'],
    [4, 10_000, 0, 1000, 'undecided'],
    [39, 5000, 0, 500, 'undecided'],
    [40, 5000, 0, 500, 'shown'],
    [5, 5000, 0, 5000, 'undecided'],
    [6, 5000, 0, 5000, 'shown'],
    [60, 5000, 1, 500, 'undecided'],
    [80, 5000, 1, 500, 'shown'],
  ])('%i of %i pairs, %i of %i baselines: %s', (count, pairs, noise, baselines, verdict) => {
    expect(judge(count, pairs, noise, baselines)).toBe(verdict);
  });

  it('never where it is ignored', () => {
    const seen = { count: 100, ignored: 100, noise: 0 };
    expect(judged(seen, { pairs: 100, baselines: 0 })).toBe('hidden');
    expect(judged({ ...seen, ignored: 50 }, { pairs: 100, baselines: 10 })).toBe('shown');
  });
});

/** How likely each number of `trials` is to happen, where each happens with the probability `rate`. */
function binomial(trials: number, rate: number): Map<number, number> {
  const likely = new Map<number, number>();
  let logarithm = trials * Math.log(1 - rate);
  for (let n = 0; n <= trials; n += 1) {
    if (logarithm > -30) likely.set(n, Math.exp(logarithm));
    logarithm += Math.log((trials - n) / (n + 1)) + Math.log(rate / (1 - rate));
  }
  return likely;
}

/** The probability that noise, which as many baselines as pairs show in the long run, is shown as a difference. */
function mistaken(rate: number, pairs: number, baselines: number): number {
  let sum = 0;
  const ofPairs = [...binomial(pairs, rate)];
  for (const [noise, likely] of binomial(baselines, rate))
    for (const [count, and] of ofPairs)
      if (judge(count, pairs, noise, baselines) === 'shown') sum += likely * and;
  return sum;
}

describe('after 5,000 pairs, with a baseline for about each tenth', () => {
  const RATES = [
    0.0005, 0.001, 0.002, 0.003, 0.005, 0.006, 0.007, 0.008, 0.009, 0.01, 0.015, 0.02, 0.03, 0.05,
    0.08, 0.1, 0.12, 0.2, 0.5, 0.9,
  ];
  it.each(RATES)('noise in a share of %d is shown in fewer than 1 of 100 reports', (rate) => {
    for (const baselines of [440, 500, 560])
      expect(mistaken(rate, 5000, baselines)).toBeLessThan(0.01);
  });

  it('a difference of 1 % that is no noise is shown', () => {
    // By chance 500 are 400 to 600 in all but one of 100,000 reports.
    for (let baselines = 400; baselines <= 600; baselines += 1)
      expect(judge(50, 5000, 0, baselines)).toBe('shown');
  });
});
