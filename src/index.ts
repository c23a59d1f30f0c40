/**
 * The library: `createGateway`, a mirroring gateway; `proxyMirror`, mirroring for an existing Hono app; and
 * `mirrorFetch`, mirroring for any other fetch handler.
 */
export { createGateway } from './gateway.ts';
export type { Gateway, GatewayOptions } from './gateway.ts';
export { mirrorFetch, proxyMirror } from './middleware.ts';
export type { ProxyMirrorOptions } from './mirroring.ts';
export type { FetchHandler, MirrorHandler, MirrorMiddleware } from './middleware.ts';
export { ConfigError } from './config/error.ts';
export type { ConfigFault } from './config/error.ts';
export type * from './config/types.ts';
export type { Comparison, Difference, DifferenceKind, NotCompared } from './compare/comparison.ts';
export type {
  DifferenceReport,
  EndpointReport,
  ExampleReport,
  MirrorReport,
  Report,
  ReportFilter,
  Scope as ReportScope,
} from './compare/report/report.ts';
export type { PairFacts } from './compare/report/examples.ts';
export type { Quantiles as ReportQuantiles } from './compare/report/histogram.ts';
export type { ComparedPair, ResponseFacts } from './compare/report/mirror-sums.ts';
export type { Outcome, SkipReason, StatusClass } from './mirror/outcome.ts';
export type { Drainable } from './runtime/background.ts';
export type * from './runtime/types.ts';
export { memoryStore } from './stores/memory.ts';
export { kvStore } from './stores/kv.ts';
export type { KvNamespace, KvStoreOptions } from './stores/kv.ts';
export { StoreError } from './stores/error.ts';
export type { StoreFault, StorePlace } from './stores/error.ts';
export type { Refreshed, Reload } from './stores/live.ts';
export type { Store } from './stores/store.ts';
export type {
  ComparisonEvent,
  ComparisonReport,
  CopyEvent,
  CopyReport,
  GatewayEvent,
  RequestFacts,
} from './telemetry/events.ts';
export type { ComparisonHook, OutcomeHook } from './telemetry/hooks.ts';
