import { type Lookup, readShared, setting, type SharedSettings } from './shared.ts';
import { SettingError, wholeNumber } from './values.ts';
import type { KvNamespace } from '../stores/kv.ts';
import type { AnalyticsEngineDataset } from '../telemetry/outcome-dataset.ts';

/** Bindings from `wrangler.toml`, the dashboard and `wrangler secret`. All others are texts: settings and secrets. */
export type WorkerBindings = {
  readonly ROUTES: KvNamespace;
  /** Dataset for outcomes. If it is not bound, they are not written. */
  readonly OUTCOMES?: AnalyticsEngineDataset;
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
  const lookup: Lookup = (variable) => {
    const value = bindings[variable];
    return value === undefined ? undefined : { text: String(value), from: variable };
  };
  return {
    ...readShared(lookup),
    routesTtl: setting(lookup, 'ROUTES_TTL', wholeNumber(1, 86_400, ' of seconds'), 30),
  };
}
