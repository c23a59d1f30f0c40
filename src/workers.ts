import { sharedReport } from './compare/report/shared.ts';
import { gatewayError } from './http/gateway-error.ts';
import { checkedGateway, type GatewayCore } from './gateway-core.ts';
import { kvStore } from './stores/kv.ts';
import { logComparing } from './telemetry/log.ts';
import { setLogLevel } from './telemetry/logger/console.ts';
import { outcomeDataset } from './telemetry/outcome-dataset.ts';
import { discardUnread } from './runtime/discard-unread.ts';
import { workersRuntime } from './runtime/workers.ts';
import { readWorkerSettings, type WorkerBindings } from './settings/workers.ts';

interface ExecutionContext {
  waitUntil(work: Promise<unknown>): void;
  passThroughOnException(): void;
  readonly props: unknown;
}

export { ReportObject } from './compare/report/object.ts';

/** The isolate's gateway, created by its first request, because bindings are not available before. */
let isolate: { gateway: GatewayCore; ttlMs: number; readAt: number } | null = null;

export default {
  async fetch(
    request: Request,
    bindings: WorkerBindings,
    context: ExecutionContext,
  ): Promise<Response> {
    try {
      isolate ??= start(bindings);
    } catch (error) {
      // An invalid setting: the reason goes to the log, and clients only get a 503.
      console.error(error instanceof Error ? error.message : String(error));
      return gatewayError(503);
    }
    const { gateway, ttlMs } = isolate;
    const now = Date.now();
    // Before there are routes, the gateway reads them by itself.
    if (gateway.ready() && now - isolate.readAt > ttlMs) {
      isolate.readAt = now;
      context.waitUntil(gateway.refresh());
    }
    const response = await gateway.fetch(request, bindings, context);
    await discardUnread(request);
    return response;
  },
};

function start(bindings: WorkerBindings) {
  const settings = readWorkerSettings(bindings);
  setLogLevel(settings.logLevel);
  const gateway = checkedGateway({
    store: kvStore(bindings.ROUTES),
    adminKey: settings.adminKey,
    trustedProxies: settings.trustedProxies,
    mirrorMemory: settings.mirrorMemory,
    runtime: workersRuntime(),
    ...(bindings.OUTCOMES !== undefined && { onOutcome: outcomeDataset(bindings.OUTCOMES) }),
    ...(bindings.REPORT !== undefined && { report: sharedReport(bindings.REPORT, logComparing()) }),
    redactKey: settings.redactKey,
  });
  return { gateway, ttlMs: settings.routesTtl * 1000, readAt: Date.now() };
}
