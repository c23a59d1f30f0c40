import type { OutcomeHook } from './hooks.ts';

/** The part of Cloudflare's `AnalyticsEngineDataset` that is used here. */
export interface AnalyticsEngineDataset {
  writeDataPoint(point: {
    /** One: the key that Cloudflare samples by. At most 96 bytes; ids of routes have at most 64. */
    readonly indexes: readonly [string];
    readonly blobs: readonly string[];
    readonly doubles: readonly number[];
  }): void;
}

/**
 * Writes outcomes to Workers Analytics Engine, which adds them up over all isolates. One data point
 * each; the columns are those of the README, and a new one goes to the end: datasets have no names
 * for columns, and what is written stays for three months.
 */
export function outcomeDataset(dataset: AnalyticsEngineDataset): OutcomeHook {
  return (copy) =>
    dataset.writeDataPoint({
      indexes: [copy.route],
      blobs: [copy.mirror, copy.outcome, copy.reason, copy.method, copy.requestId],
      doubles: [copy.seconds, copy.outcome === 'sent' ? copy.status : 0],
    });
}
