import { pairedRatio } from '../../report/figures.ts';
import { CASES, type CaseName, rateOf } from '../cases.ts';
import type { Group } from '../chart.ts';
import type { Setting } from '../setting.ts';

const CHARTED: readonly CaseName[] = ['get', 'post'];

/** Rates with every request mirrored, relative to nginx; only subjects that were measured together with nginx. */
export function rateBars({ subjects, figures }: Setting): Group[] {
  return CHARTED.flatMap((name) => {
    const nginx = figures.get(rateOf(name, 'mirrored', 'nginx'));
    if (nginx === null || nginx.fault !== null) return [];
    const bars = subjects.flatMap((subject) => {
      const rate = figures.get(rateOf(name, 'mirrored', subject.name));
      if (rate === null || rate.missing) return [];
      const value = rate.fault === null ? pairedRatio(rate.values, nginx.values) : null;
      return [{ name: subject.title, value, ours: subject.kind === 'ours' }];
    });
    const sorted = bars.toSorted((a, b) => (b.value ?? 0) - (a.value ?? 0));
    return [{ title: `${CASES[name].title}, every request mirrored`, bars: sorted }];
  });
}
