/** The library: `createGateway`, a mirroring gateway, and `proxyMirror`, mirroring for an existing Hono app. */
export { createGateway } from './gateway.ts';
export type { Gateway, GatewayOptions } from './gateway.ts';
export { proxyMirror } from './middleware.ts';
export type { ProxyMirrorOptions } from './middleware.ts';
export { InvalidRoutes } from './config/document.ts';
export type { RouteInput } from './config/document.ts';
export type { MirrorConfig, ProxyMirrorConfig } from './config/proxy-mirror.ts';
export type { RouteConfig } from './config/route.ts';
export type { UpstreamConfig } from './config/upstream.ts';
export type { FailureKind } from './http/transport.ts';
export type { Outcome, SkipReason, StatusClass } from './mirror/outcome.ts';
export type { Runtime } from './runtime/port.ts';
export { memoryStore } from './stores/memory.ts';
export { kvStore } from './stores/kv.ts';
export type { Store } from './stores/store.ts';
export type { CopyEvent, GatewayEvent, RequestFacts } from './telemetry/events.ts';
export type { OutcomeHook } from './telemetry/hooks.ts';
export type { CopyReport } from './telemetry/report.ts';
