import type { ExecutionContext, Handler, Hono as HonoApp } from 'hono';
import { createComparing } from './comparing.ts';
import { targetRedactor } from './compare/redact.ts';
import { redactKey } from './compare/redact-key.ts';
import { ownReport, type ReportKeeper } from './compare/report/keeper.ts';
import type { Report, ReportFilter } from './compare/report/report.ts';
import type { RouteInput, RoutesDocument } from './config/document.ts';
import { CONTROL_PLANE, controlPlane } from './control-plane.ts';
import { isAuthority } from './http/authority.ts';
import { gatewayError } from './http/gateway-error.ts';
import { type Reply, responseOf } from './http/messages.ts';
import { type MemoryBudget, memoryBudget, quarterOf } from './http/memory-budget.ts';
import { DEFAULT_MIRROR_MEMORY_BYTES } from './mirror/record.ts';
import { copySender } from './mirror/send.ts';
import { createProxy } from './proxy.ts';
import { trustProxies } from './request/inbound.ts';
import { instanceId, requestIds } from './request/ids.ts';
import { compileRoutes, type RouteTable } from './route-table.ts';
import { createBackground, type Drainable } from './runtime/background.ts';
import type { Direct } from './runtime/direct.ts';
import type { Runtime, WaitUntil } from './runtime/runtime.ts';
import { type LiveTable, liveTable, type Refreshed, type Reload } from './stores/live.ts';
import type { Store } from './stores/store.ts';
import type { GatewayEvent } from './telemetry/events.ts';
import type { ComparisonHook, OutcomeHook } from './telemetry/hooks.ts';
import type { recentEvents } from './telemetry/recent.ts';
import { createTelemetry } from './telemetry/telemetry.ts';

export interface GatewayOptions {
  /** Routes, in force at once and held in memory. Not together with `store`. */
  readonly routes?: readonly RouteInput[];
  /** Where routes are read and written. The first request waits until they have been read. Default: memory. */
  readonly store?: Store;
  /** Key of the control plane. Default: none, which closes it to all but loopback requests. */
  readonly adminKey?: string | null;
  /** Addresses and ranges whose `X-Forwarded-*` are believed. Default: none. */
  readonly trustedProxies?: readonly string[];
  /** Most bytes of recorded bodies held for all copies together. Default: 64 MiB. */
  readonly mirrorMemory?: number;
  /** Longest life of a copy, in seconds, whatever its route says. Default: no limit. */
  readonly longestCopy?: number;
  /** How this runtime listens and sends. Default: its own `fetch`, which works everywhere. */
  readonly runtime?: Runtime;
  /** Told what became of each request at each mirror. What it throws changes nothing. */
  readonly onOutcome?: OutcomeHook;
  /** Told how each compared response differs from the primary's. What it throws changes nothing. */
  readonly onComparison?: ComparisonHook;
  /** Key of the hashes that stand for redacted values. Default: a random one. */
  readonly redactKey?: string | null;
  /** Told of everything the gateway does. What it throws changes nothing. */
  readonly onEvent?: (event: GatewayEvent) => unknown;
}

/** A gateway, ready to be served by any runtime, alone or as part of an app. */
export interface Gateway extends Drainable {
  /**
   * The gateway as a Hono app. What is added to it with `use`, `get` or `route` runs before the proxy, for requests
   * through `fetch` as well; what matches nothing that was added is proxied (it is the app's `notFound`). Hono
   * responds to HEAD with what it makes of the handler's response: fields in lower case, and sorted.
   *
   * @example
   * gateway.app.use(logger());
   * gateway.app.get('/healthz', (c) => c.text('ok'));
   */
  readonly app: HonoApp;
  /** What runtimes serve: `Bun.serve(gateway)`, `Deno.serve(gateway.fetch)`, `export default gateway`. */
  readonly fetch: HonoApp['fetch'];
  /** For an app of one's own: `app.all('*', gateway.handler)`. */
  readonly handler: Handler;
  /** Reads the routes from the store again, and says what came of it. Never rejects: the last good table stays in force. */
  refresh(): Promise<Refreshed>;
  /** True once a table is in force. */
  ready(): boolean;
  /** From now on readiness responds with 503, and all else goes on: load balancers then send requests elsewhere. */
  retire(): void;
  /** What mirrors that are compared responded: what `GET /apisix/admin/report` responds with. */
  report(filter?: ReportFilter): Promise<Report>;
  /** For listeners that hand in no execution context of their own. */
  readonly waitUntil: WaitUntil;
}

/** A gateway that is no Hono app: there is nothing to add to it. */
export interface GatewayCore extends Omit<Gateway, 'app' | 'fetch' | 'handler'> {
  fetch(
    request: Request,
    env: unknown,
    context: ExecutionContext | null,
  ): Response | Promise<Response>;
  /** The same without Web objects. */
  readonly direct: NonNullable<Direct['respond']>;
}

export interface CheckedGatewayOptions extends GatewayOptions {
  /** Counts what is compared. Default: in this process. */
  readonly report?: ReportKeeper;
  /** Keeps the last minutes for the page. Default: none are kept before somebody opens the page. */
  readonly recent?: typeof recentEvents;
  /** Memory of recorded bodies. Default: `mirrorMemory` bytes. */
  readonly budget?: MemoryBudget;
  /** Id of the gateway that this one is a part of, the value of the loop mark. Default: its own. */
  readonly instance?: () => string;
  /** Told of what happens. Default: what counts and logs in this process. */
  readonly telemetry?: typeof createTelemetry;
  readonly runtime: Runtime;
  readonly store: Store;
}

/**
 * What `createGateway` makes an app of, and our own Worker serves as it is: it loads neither Hono nor what checks options.
 *
 * @param initial routes that are in force at once; `undefined` where only the store has them
 */
export function checkedGateway(
  options: CheckedGatewayOptions,
  initial?: RoutesDocument,
): GatewayCore {
  const { runtime } = options;
  const trust = trustProxies(options.trustedProxies ?? []);
  const own = instanceId();
  const instance = options.instance ?? own;
  const budget =
    options.budget ?? memoryBudget(options.mirrorMemory ?? DEFAULT_MIRROR_MEMORY_BYTES);
  const sender = copySender(runtime.sendCopy, runtime.mostCopies);
  const key = redactKey(options.redactKey);
  const live = liveRoutes(options, initial, runtime, instance, (reload) =>
    telemetry.emit({ type: 'reload', ...reload }),
  );
  const report = options.report ?? ownReport(runtime.name === 'workers' ? 'isolate' : 'gateway');
  const telemetry = (options.telemetry ?? createTelemetry)(
    options,
    {
      runtime: runtime.name,
      metrics: runtime.metrics,
      table: live.current,
      recordedBytes: () => budget.held,
    },
    targetRedactor(key),
    report.outcome,
  );
  if (options.recent !== undefined) telemetry.recent(options.recent);
  const { emit } = telemetry;
  const comparing = createComparing({
    report,
    redactKey: key,
    startThread: runtime.startThread,
    telemetry,
  });

  const background = createBackground();
  const proxy = createProxy({
    runtime,
    keeping: background.keeping,
    live,
    trust,
    requestIds: requestIds(own),
    copies: { sender, budget, onOutcome: telemetry.onOutcome, redactCopy: comparing.redactCopy },
    comparisons: { ...comparing, budget: quarterOf(budget), onAbandon: sender.onAbandon },
    reserved: CONTROL_PLANE,
    emit,
  });

  const { adminKey = null } = options;
  let retired = false;
  const control = controlPlane({
    adminKey,
    runtime,
    live,
    trust,
    telemetry,
    report,
    budget,
    notReady: () => (retired ? 'this server is about to stop' : null),
  });
  const fetch: GatewayCore['fetch'] = (request, env, context) => {
    const received = runtime.receive(request, env);
    // Our own listeners have refused these. Others let them in, and Deno.serve makes a path of what follows a
    // slash in such a Host, which is not the path that a proxy in front has seen.
    if (!isAuthority(received.authority)) return gatewayError(400);
    const reply = proxy(received, context?.waitUntil.bind(context));
    return reply === null ? control(request, env) : toResponse(reply);
  };

  return {
    fetch,
    direct: proxy,
    refresh: () => live.refresh(),
    ready: () => live.current(Date.now()) !== null,
    retire: () => void (retired = true),
    report: async (filter = {}) => report.report(filter),
    waitUntil: background.waitUntil,
    drain: (milliseconds) =>
      background.drain(milliseconds, () => {
        sender.abandon();
        comparing.abandon();
      }),
  };
}

/** Routes given in code are in force at once; those of a store after the first refresh. */
function liveRoutes(
  { store, longestCopy = Infinity }: CheckedGatewayOptions,
  initial: RoutesDocument | undefined,
  { connectionRate, faultOf, longestCopy: longest = Infinity }: Runtime,
  instance: () => string,
  onReload: (reload: Reload) => void,
): LiveTable<RouteTable> {
  const longestTimeout = Math.min(longestCopy, longest);
  const mirrors = { instance, connectionRate, longestTimeout, faultOf };
  return liveTable({
    store,
    initial,
    compile: (document, previous: RouteTable | null) => compileRoutes(document, previous, mirrors),
    onReload,
  });
}

function toResponse(reply: Reply | Promise<Reply>): Response | Promise<Response> {
  return reply instanceof Promise ? reply.then(responseOf) : responseOf(reply);
}
