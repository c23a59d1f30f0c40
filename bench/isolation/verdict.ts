import type { LoadResult } from '../load/load.ts';
import { pairedRatio, spread } from '../report/figures.ts';
import { rangeText } from '../report/text.ts';
import type { Pairs } from './turns.ts';

/** The least ratio of the primary's rates: a bad mirror may cost nothing; the rest is noise of a shared machine. */
export const LEAST_RATIO = 0.95;

/** A row of the table. */
export interface Verdict {
  readonly cells: readonly string[];
  readonly passed: boolean;
}

export const HEADINGS = [
  'mirror',
  'req/s healthy',
  'req/s bad',
  'bad/healthy',
  'p99 ms healthy',
  'p99 ms bad',
  'bad/healthy',
  'wrong',
  '',
] as const;

export function verdictOn(kind: string, { healthy, bad }: Pairs): Verdict {
  const rates = [healthy, bad].map((results) => results.map((one) => one.requestsPerSecond));
  const p99s = [healthy, bad].map((results) => results.map((one) => one.p99));
  const ratio = pairedRatio(rates[1]!, rates[0]!);
  const wrong = [...healthy, ...bad].reduce((sum: number, one: LoadResult) => sum + one.wrong, 0);
  const passed = ratio >= LEAST_RATIO && wrong === 0;
  return {
    passed,
    cells: [
      kind,
      ...rates.map((values) => rangeText(spread(values), 0)),
      ratio.toFixed(2),
      ...p99s.map((values) => rangeText(spread(values), 1)),
      pairedRatio(p99s[1]!, p99s[0]!).toFixed(2),
      String(wrong),
      passed ? 'ok' : 'FAIL',
    ],
  };
}
