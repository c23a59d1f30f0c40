import type { OutcomeHook } from './hooks.ts';

/** The part of Cloudflare's `AnalyticsEngineDataset` used here. */
export interface AnalyticsEngineDataset {
  writeDataPoint(point: {
    /** A single index, by which Cloudflare samples. At most 96 bytes; route ids have at most 64. */
    readonly indexes: readonly [string];
    readonly blobs: readonly string[];
    readonly doubles: readonly number[];
  }): void;
}

/**
 * Writes each outcome as a data point to Workers Analytics Engine, which aggregates over all isolates. docs/workers.md
 * documents the columns. Add new columns only at the end: columns have no names, and data is kept for three months.
 */
export function outcomeDataset(dataset: AnalyticsEngineDataset): OutcomeHook {
  return (copy) =>
    dataset.writeDataPoint({
      indexes: [copy.route],
      blobs: [copy.mirror, copy.outcome, copy.reason, copy.method, copy.requestId],
      doubles: [copy.seconds, copy.outcome === 'sent' ? copy.status : 0],
    });
}
