import type { ComparisonsOptions } from './compare/request-comparisons.ts';
import { comparePool } from '#compare-pool';
import type { ComparePool } from './compare/pool/pool.ts';
import type { ReportKeeper } from './compare/report/keeper.ts';
import { copyRedactor } from './compare/redact-copy.ts';
import { targetRedactor } from './compare/redact.ts';
import type { CopiesOptions } from './mirror/copies.ts';
import type { StartThread } from './runtime/thread.ts';
import type { Telemetry } from './telemetry/telemetry.ts';
import { logComparing } from './telemetry/log.ts';

export interface ComparingOptions {
  /** `null`: nobody asks for a report. */
  readonly report: ReportKeeper | null;
  readonly redactKey: () => Uint8Array;
  /** Where there are threads, one of them compares. */
  readonly startThread: StartThread | undefined;
  readonly telemetry: Pick<Telemetry, 'onPair'>;
}

/** What compares, and where results go: the options of each request's comparisons but for those of its copies. */
export interface Comparing
  extends
    Pick<ComparisonsOptions, 'compare' | 'shed' | 'redactTarget' | 'onPair'>,
    Pick<ComparePool, 'abandon'> {
  readonly redactCopy: CopiesOptions['redactCopy'];
}

/** Brings together what compares, what counts, and who is told. */
export function createComparing(options: ComparingOptions): Comparing {
  const { report, redactKey, startThread, telemetry } = options;
  const redactCopy = copyRedactor(redactKey);
  const pool = comparePool(startThread, redactKey, logComparing());
  return {
    compare: pool.compare,
    shed: pool.shed,
    abandon: pool.abandon,
    redactTarget: targetRedactor(redactKey),
    redactCopy: ({ config }, primary, body) => redactCopy(config.redact, primary, body),
    onPair(request, pair, kind) {
      telemetry.onPair(request, pair, kind);
      return report?.pair(pair, kind);
    },
  };
}
