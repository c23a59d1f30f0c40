import { pairedSpread, type Spread, spread } from '../report/figures.ts';
import type { Figures } from '../report/series.ts';
import { spreadText } from '../report/text.ts';
import type { Goal } from './goals.ts';

export const HEADINGS = ['goal', 'wanted', 'median (min - max)', ''] as const;

export interface Verdict {
  readonly cells: readonly string[];
  readonly passed: boolean;
}

/** The verdict on a goal; `null` when one of its figures was not measured. */
export function verdictOn(goal: Goal, figures: Figures): Verdict | null {
  const names = goal.under === undefined ? [goal.over] : [goal.over, goal.under];
  const series = names.map((name) => figures.get(name));
  // A fault is reported even where there is nothing to compare with.
  const failed = series.find((one) => one !== null && one.fault !== null);
  if (failed != null) return verdict(goal, failed.fault!, failed.missing ? 'missing' : 'FAIL');
  if (series.includes(null)) return null;
  const [over, under] = series.map((one) => one!.values);
  const result = under === undefined ? spread(over!) : pairedSpread(over!, under);
  return verdict(goal, spreadText(result), holds(goal, result) ? 'ok' : 'FAIL');
}

function holds({ least = -Infinity, most = Infinity }: Goal, { median }: Spread): boolean {
  return median >= least && median <= most;
}

/** A missing subject is not a failure. */
function verdict(
  { name, least, most }: Goal,
  found: string,
  end: 'ok' | 'FAIL' | 'missing',
): Verdict {
  const wanted = [least && `>= ${round(least)}`, most && `<= ${round(most)}`].filter(Boolean);
  return { passed: end !== 'FAIL', cells: [name, wanted.join(', '), found, end] };
}

function round(value: number): string {
  return String(Number(value.toFixed(3)));
}
