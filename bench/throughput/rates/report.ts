import { pairedSpread, spread } from '../../report/figures.ts';
import { faultRow, type Series } from '../../report/series.ts';
import { table } from '../../report/table.ts';
import { spreadText } from '../../report/text.ts';
import { CASES, type CaseName, copiedOf, type Mode, rateOf } from '../cases.ts';
import type { Setting } from '../setting.ts';

const HEADINGS = ['', 'req/s', 'min', 'max', '/ nginx (min - max)', 'copied'] as const;

/** A table for each case and mode. */
export function printRates({ options, subjects, figures }: Setting): void {
  for (const name of options.cases) {
    for (const mode of options.modes) {
      const nginx = figures.get(rateOf(name, mode, 'nginx'));
      const rows = subjects.map((subject) =>
        row(subject.name, {
          nginx,
          rate: figures.get(rateOf(name, mode, subject.name)),
          copied: mode === 'plain' ? null : figures.get(copiedOf(name, mode, subject.name)),
        }),
      );
      console.log(`\n${title(name, mode)}`);
      console.log(table([HEADINGS, ...rows]));
    }
  }
}

function title(name: CaseName, mode: Mode): string {
  return `${CASES[name].title}, ${mode === 'stalled' ? 'mirrored, mirror stalled' : mode}`;
}

interface Row {
  readonly rate: Series | null;
  readonly nginx: Series | null;
  readonly copied: Series | null;
}

function row(subject: string, { rate, nginx, copied }: Row): string[] {
  if (rate === null) return [subject, 'not measured'];
  if (rate.fault !== null) return faultRow(subject, rate);
  const { min, median, max } = spread(rate.values);
  const compared =
    nginx === null || nginx.fault !== null
      ? '-'
      : spreadText(pairedSpread(rate.values, nginx.values));
  const share = copied === null ? '-' : spread(copied.values).median.toFixed(3);
  return [subject, ...[median, min, max].map((value) => value.toFixed(0)), compared, share];
}

/** Failures of our own gateway, with or without a goal. */
export function invalidRates({ options, subjects, figures }: Setting): string[] {
  const ours = subjects.filter(({ kind }) => kind === 'ours');
  return options.cases
    .flatMap((name) => options.modes.map((mode) => ({ name, mode })))
    .flatMap(({ name, mode }) => ours.map((subject) => rateOf(name, mode, subject.name)))
    .filter((rate) => {
      const series = figures.get(rate);
      return series !== null && series.fault !== null && !series.missing;
    });
}
