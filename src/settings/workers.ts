import { type Lookup, readShared, setting, type SharedSettings } from './shared.ts';
import { SettingError, wholeNumber } from './values.ts';
import type { ReportNamespace } from '../compare/report/shared.ts';
import type { KvNamespace } from '../stores/kv.ts';
import type { AnalyticsEngineDataset } from '../telemetry/outcome-dataset.ts';

/** Bindings from `wrangler.toml`, the dashboard and `wrangler secret`. All others are texts: settings and secrets. */
export type WorkerBindings = {
  readonly ROUTES: KvNamespace;
  /** Dataset for outcomes. If it is not bound, they are not written. */
  readonly OUTCOMES?: AnalyticsEngineDataset;
  /** Durable Objects that add up the report of all isolates. If it is not bound, each isolate has its own. */
  readonly REPORT?: ReportNamespace;
} & Readonly<Record<string, unknown>>;

export interface WorkerSettings extends SharedSettings {
  /** Seconds after which an isolate loads its routes again. Default 30. */
  readonly routesTtl: number;
}

/** @throws SettingError */
export function readWorkerSettings(bindings: WorkerBindings): WorkerSettings {
  if (typeof bindings.ROUTES?.get !== 'function') {
    throw new SettingError(
      'ROUTES: expected a KV namespace bound by this name; add it to kv_namespaces in wrangler.toml',
    );
  }
  if (bindings.OUTCOMES !== undefined && typeof bindings.OUTCOMES.writeDataPoint !== 'function') {
    throw new SettingError(
      'OUTCOMES: expected an Analytics Engine dataset bound by this name; see analytics_engine_datasets in wrangler.toml',
    );
  }
  if (bindings.REPORT !== undefined && typeof bindings.REPORT.idFromName !== 'function') {
    throw new SettingError(
      'REPORT: expected a Durable Object namespace bound by this name; see durable_objects in wrangler.toml',
    );
  }
  const lookup: Lookup = (variable) => {
    const value = bindings[variable];
    return value === undefined ? undefined : { text: String(value), from: variable };
  };
  return {
    ...readShared(lookup),
    routesTtl: setting(lookup, 'ROUTES_TTL', wholeNumber(1, 86_400, ' of seconds'), 30),
  };
}
