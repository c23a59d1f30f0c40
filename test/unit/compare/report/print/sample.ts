import type { Report } from '../../../../../src/compare/report/report.ts';
import { createReportSums } from '../../../../../src/compare/report/sums.ts';
import { compared, difference, NOON_MS, pair } from '../pairs.ts';

export interface Counts {
  readonly pairs?: number;
  readonly different?: number;
  /** Pairs that differ by a clock, which is noise. */
  readonly noisy?: number;
  readonly overload?: number;
  readonly failed?: number;
  readonly skipped?: number;
  /** Pairs whose mirror responds with 500. */
  readonly broken?: number;
}

/** A report of one mirror, counted as a gateway counts. */
export function sampleReport(counts: Counts = {}): Report {
  const { pairs = 1000, different = 0, noisy = 0, overload = 0, broken = 0 } = counts;
  const { failed = 0, skipped = 0 } = counts;
  const sums = createReportSums({ now: () => NOON_MS + 3_600_000 });
  const mirror = 'http://mirror.example';
  const changed = difference('/price', { kind: 'type', primary: 1, mirror: '1' });
  for (let i = 0; i < pairs; i += 1) {
    const found = [
      ...(i < different ? [changed] : []),
      ...(i < noisy ? [difference('/clock', { ignored: true })] : []),
    ];
    const mirrorResponse = { status: i < broken ? 500 : 200, seconds: 0.008 };
    sums.pair(pair(compared(...found), { mirror, mirrorResponse }));
  }
  for (let i = 0; i < overload; i += 1)
    sums.pair(pair({ result: 'not_compared', reason: 'overload' }, { mirror }));
  for (let i = 0; i < failed; i += 1) sums.outcome('1', mirror, 'failed', 'connect');
  for (let i = 0; i < skipped; i += 1) sums.outcome('1', mirror, 'skipped', 'breaker_open');
  return sums.report();
}
