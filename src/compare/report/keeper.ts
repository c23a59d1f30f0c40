import type { ReportSource } from './api.ts';
import type { ComparedPair } from './mirror-sums.ts';
import type { Scope } from './report.ts';
import { createReportSums } from './sums.ts';

/** Counts what is compared, and has the report of it. */
export interface ReportKeeper extends ReportSource {
  /**
   * Counts the outcome of a copy to a mirror that is compared, unless a pair comes of it. A promise is as that of `pair`.
   */
  outcome(
    route: string,
    mirror: string,
    outcome: 'sent' | 'failed' | 'skipped',
    reason: string,
  ): void | Promise<void>;
  /** Counts a pair. A promise resolves when it is where the report is made, and does not reject. */
  pair(pair: ComparedPair, kind: 'mirror' | 'baseline'): void | Promise<void>;
}

/** Keeps the report in this process or isolate. */
export function ownReport(scope: Scope): ReportKeeper {
  const sums = createReportSums({ scope });
  return {
    outcome: sums.outcome,
    pair: (pair, kind) => (kind === 'mirror' ? sums.pair(pair) : sums.baseline(pair)),
    report: sums.report,
    reset: sums.reset,
  };
}
