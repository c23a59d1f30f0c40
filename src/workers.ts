import { gatewayError } from './http/gateway-error.ts';
import { createGateway, type Gateway } from './gateway.ts';
import { kvStore } from './stores/kv.ts';
import { configureLog } from './telemetry/log.ts';
import { outcomeDataset } from './telemetry/outcome-dataset.ts';
import { discardUnread, workersRuntime } from './runtime/workers.ts';
import { readWorkerSettings, type WorkerBindings } from './settings/workers.ts';

interface ExecutionContext {
  waitUntil(work: Promise<unknown>): void;
  passThroughOnException(): void;
  readonly props: unknown;
}

/** One gateway for each isolate, made by its first request: bindings are not there before. */
let isolate: { gateway: Gateway; ttl: number; readAt: number } | null = null;

/** Cloudflare cancels what is left 30 s after the answer, so a copy has to end before. */
const LONGEST_COPY_SECONDS = 25;

export default {
  async fetch(
    request: Request,
    bindings: WorkerBindings,
    context: ExecutionContext,
  ): Promise<Response> {
    try {
      isolate ??= start(bindings);
    } catch (error) {
      // A bad setting: one clear line for whoever deployed, nothing for clients.
      console.error(error instanceof Error ? error.message : String(error));
      return gatewayError(503);
    }
    const { gateway, ttl } = isolate;
    const now = Date.now();
    if (!gateway.ready()) {
      await gateway.refresh();
      isolate.readAt = now;
    } else if (now - isolate.readAt > ttl) {
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
  configureLog(settings.logLevel);
  const gateway = createGateway({
    store: kvStore(bindings.ROUTES),
    adminKey: settings.adminKey,
    trustedProxies: settings.trustedProxies,
    mirrorMemory: settings.mirrorMemory,
    longestCopy: LONGEST_COPY_SECONDS,
    runtime: workersRuntime(),
    ...(bindings.OUTCOMES !== undefined && { onOutcome: outcomeDataset(bindings.OUTCOMES) }),
  });
  return { gateway, ttl: settings.routesTtl * 1000, readAt: Date.now() };
}
