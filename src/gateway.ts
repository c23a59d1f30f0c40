import { Hono } from 'hono/tiny';
import { adminApi } from './admin/api.ts';
import { controlPlaneGuard } from './admin/guard.ts';
import { healthApi } from './admin/health.ts';
import { createProxy } from './proxy.ts';
import { DEFAULT_MIRROR_MEMORY_BYTES, memoryBudget } from './mirror/record.ts';
import type { ExplainOptions } from './explain/explain.ts';
import { explainApi } from './explain/api.ts';
import { admit, trustProxies } from './request/admit.ts';
import { gatewayError } from './http/gateway-error.ts';
import { instanceId, requestIds } from './request/ids.ts';
import { type Reply, responseOf } from './http/messages.ts';
import { isAuthority } from './http/authority.ts';
import { matchPath, originForm } from './http/target.ts';
import { planCopies } from './mirror/copies.ts';
import type { Mirror } from './mirror/mirror.ts';
import { copySender } from './mirror/send.ts';
import { createBackground, waitUntilOf } from './runtime/background.ts';
import { provideDirect } from './runtime/direct.ts';
import { fetchRuntime } from './runtime/fetch/index.ts';
import type { Runtime, WaitUntil } from './runtime/port.ts';
import { compileRoutes, type RouteTable } from './route-table.ts';
import { liveTable, type LiveTable } from './stores/live.ts';
import { memoryStore } from './stores/memory.ts';
import type { Store } from './stores/store.ts';
import { fanOut, type GatewayEvent, outcomeEvents } from './telemetry/events.ts';
import { hookListeners, type OutcomeHook } from './telemetry/hooks.ts';
import { createMetrics } from './telemetry/metrics.ts';
import { logListener } from './telemetry/log.ts';
import { type RouteInput, routesDocument } from './config/document.ts';

export interface GatewayOptions {
  /** Routes held in memory. Leave out when a `store` has them. */
  readonly routes?: readonly RouteInput[];
  /** Where routes are read and written. Default: memory. */
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
  /** Told of everything the gateway does. What it throws changes nothing. */
  readonly onEvent?: (event: GatewayEvent) => unknown;
}

/** A gateway: an object with a `fetch`, as every runtime serves it, and the Hono app behind it. */
export interface Gateway {
  readonly app: Hono;
  readonly fetch: Hono['fetch'];
  /** Reads the routes from the store again. Never rejects; the last good table stays in force. */
  refresh(): Promise<void>;
  /** True once a table is in force. */
  ready(): boolean;
  /** For listeners that hand in no execution context of their own. */
  readonly waitUntil: WaitUntil;
  /**
   * Waits for the copies under way, and gives up those that are left after `milliseconds`: they
   * end as `failed: shutdown`.
   */
  drain(milliseconds: number): Promise<void>;
}

/** What Hono takes for `/apisix/*`. */
const CONTROL_PLANE = /^\/apisix(?:\/|$)/;

/**
 * A gateway that forwards each request to its route's upstream and sends copies to its mirrors.
 *
 * @throws when `routes` are not valid (`InvalidRoutes`, with every fault) or a trusted proxy is not
 * an address
 * @example
 * export default createGateway({
 *   routes: [{
 *     uri: '/*',
 *     upstream: { nodes: { '127.0.0.1:1999': 1 } },
 *     plugins: { 'proxy-mirror': { host: 'http://127.0.0.1:9797', sample_ratio: 0.1 } },
 *   }],
 * });
 */
export function createGateway(options: GatewayOptions = {}): Gateway {
  const runtime = options.runtime ?? fetchRuntime();
  // Routes given in code are in force at once; those of a store after the first refresh.
  const initial = options.store === undefined ? routesDocument(options.routes ?? []) : undefined;
  const store = options.store ?? memoryStore(initial!);
  const background = createBackground();
  const budget = memoryBudget(options.mirrorMemory ?? DEFAULT_MIRROR_MEMORY_BYTES);
  const sender = copySender(runtime.sendCopy, runtime.mostCopies);
  const instance = instanceId();
  const trust = trustProxies(options.trustedProxies ?? []);
  const live: LiveTable<RouteTable> = liveTable({
    store,
    ...(initial !== undefined && { initial }),
    compile: (document, previous: RouteTable | null) =>
      compileRoutes(document, previous, {
        instance,
        ...(runtime.connectionRate !== undefined && { connectionRate: runtime.connectionRate }),
        ...(options.longestCopy !== undefined && { longestTimeout: options.longestCopy }),
      }),
    onReload: (reload) => emit({ type: 'reload', ...reload }),
  });
  const table = () => live.current(Date.now());
  const metrics = createMetrics({
    routes: () => table()?.size ?? 0,
    inForce,
    recordedBytes: () => budget.held,
    inFlight: () => perMirror((mirror) => mirror.inFlight.count),
    breakerOpen: () => perMirror((mirror) => Number(mirror.breaker.open)),
  });
  const emit = fanOut([metrics.listen, logListener(), ...hookListeners(options)]);
  const onOutcome = outcomeEvents(emit);

  // One idea of the path for both planes: Hono's own takes what follows the first slash of the URL,
  // which on some runtimes is the text of a client's choice (`GET http://a?/apisix/admin`).
  const app = new Hono({ getPath: (request) => matchPath(originForm(request.url)) });
  const access = controlPlaneGuard({
    adminKey: options.adminKey ?? null,
    peer: (c) => runtime.peer(c.req.raw, c.env),
  });
  app.route('/apisix', healthApi({ runtime: runtime.name, ready: () => table() !== null }));
  app.use('/apisix/prometheus/*', access);
  app.get('/apisix/prometheus/metrics', (c) =>
    c.text(metrics.render(), 200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }),
  );
  app.route('/apisix', explainApi({ access, inForce: explainable }));
  app.route('/apisix', adminApi({ live, access, onFailure: reportFailure }));
  app.all('/apisix/*', (c) => c.json({ error_msg: '404 Not Found' }, 404));
  const idOf = requestIds(instance);
  const admitted = (request: Request, env: unknown) =>
    admit(runtime.receive(request, env), trust, idOf);
  const copies = { sender, budget, onOutcome };
  const proxy = createProxy({
    runtime,
    table,
    trust,
    plan: (inbound, mirrors) => planCopies(inbound, mirrors, copies),
    emit,
  });
  app.all('*', (c) => {
    const inbound = admitted(c.req.raw, c.env);
    if (!isAuthority(inbound.authority)) return gatewayError(400);
    return toResponse(proxy(inbound, (work) => waitUntilOf(c, background)(work)));
  });
  // What is proxied goes past Hono, which would make the answer to HEAD anew of one to GET, without
  // the upstream's own fields, and whose routing and context a request has no use for.
  const fetch: Gateway['fetch'] = (request, env, context) => {
    const inbound = admitted(request, env);
    // Our own listeners have refused it. Others let it in, and Deno.serve makes a path of what follows
    // a slash in it: that is not the path that whoever stands in front has seen.
    if (!isAuthority(inbound.authority)) return gatewayError(400);
    if (CONTROL_PLANE.test(inbound.path)) return app.fetch(request, env, context);
    return toResponse(proxy(inbound, (work) => (context ?? background).waitUntil(work)));
  };
  provideDirect(fetch, (received, waitUntil) => {
    const inbound = admit(received, trust, idOf);
    return CONTROL_PLANE.test(inbound.path) ? null : proxy(inbound, waitUntil);
  });

  return {
    app,
    fetch,
    refresh: () => live.refresh(),
    ready: () => table() !== null,
    waitUntil: background.waitUntil,
    async drain(milliseconds) {
      const timer = setTimeout(() => sender.abandon(), milliseconds);
      await background.idle();
      clearTimeout(timer);
    },
  };

  function* inForce() {
    // As of no time, so that asking does not replace the table, which would be told as a reload.
    for (const { id, mirrors } of live.current(0)?.routes() ?? []) {
      yield [id] as const;
      for (const { host } of mirrors) yield [id, host] as const;
    }
  }
  function* perMirror(read: (mirror: Mirror) => number) {
    for (const { mirrors } of table()?.routes() ?? []) {
      for (const mirror of mirrors) yield [[mirror.route, mirror.host], read(mirror)] as const;
    }
  }
  function explainable(): ExplainOptions | null {
    const [routes, document] = [table(), live.document()];
    if (routes === null || document === null) return null;
    return { table: routes, document, trust, hostOfUrl: runtime.hostOfUrl === true };
  }
  function reportFailure(error: Error): void {
    emit({ type: 'admin_failure', error });
  }
}

function toResponse(reply: Reply | Promise<Reply>): Response | Promise<Response> {
  return reply instanceof Promise ? reply.then(responseOf) : responseOf(reply);
}
