import type { Hono } from 'hono';
import { type RouteInput, routesDocument } from './config/document.ts';
import { CONTROL_PLANE, controlPlane } from './control-plane.ts';
import { isAuthority } from './http/authority.ts';
import { gatewayError } from './http/gateway-error.ts';
import { type Reply, responseOf } from './http/messages.ts';
import { DEFAULT_MIRROR_MEMORY_BYTES, memoryBudget } from './mirror/record.ts';
import { copySender } from './mirror/send.ts';
import { createProxy } from './proxy.ts';
import { trustProxies } from './request/admit.ts';
import { instanceId, requestIds } from './request/ids.ts';
import { compileRoutes, type RouteTable } from './route-table.ts';
import { createBackground, waitUntilOf } from './runtime/background.ts';
import { provideDirect } from './runtime/direct.ts';
import { fetchRuntime } from './runtime/fetch/index.ts';
import type { Runtime, WaitUntil } from './runtime/port.ts';
import { type LiveTable, liveTable, type Reload } from './stores/live.ts';
import { memoryStore } from './stores/memory.ts';
import type { Store } from './stores/store.ts';
import type { GatewayEvent } from './telemetry/events.ts';
import type { OutcomeHook } from './telemetry/hooks.ts';
import { createTelemetry } from './telemetry/telemetry.ts';

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
  const trust = trustProxies(options.trustedProxies ?? []);
  const instance = instanceId();
  const budget = memoryBudget(options.mirrorMemory ?? DEFAULT_MIRROR_MEMORY_BYTES);
  const sender = copySender(runtime.sendCopy, runtime.mostCopies);
  const live = liveRoutes(options, runtime, instance, (reload) =>
    telemetry.emit({ type: 'reload', ...reload }),
  );
  const telemetry = createTelemetry(options, {
    table: live.current,
    recordedBytes: () => budget.held,
  });
  const { emit, onOutcome } = telemetry;
  const proxy = createProxy({
    runtime,
    live,
    trust,
    requestIds: requestIds(instance),
    copies: { sender, budget, onOutcome },
    reserved: CONTROL_PLANE,
    emit,
  });

  const background = createBackground();
  const { adminKey = null } = options;
  const app = controlPlane({ adminKey, runtime, live, trust, telemetry });
  app.all('*', (c) => {
    const received = runtime.receive(c.req.raw, c.env);
    if (!isAuthority(received.authority)) return gatewayError(400);
    const reply = proxy(received, (work) => waitUntilOf(c, background)(work));
    return reply === null ? c.notFound() : toResponse(reply);
  });
  // What is proxied goes past Hono, which would answer HEAD with a response that it made of one to GET, without
  // the upstream's own fields, and whose routing and context a request has no use for.
  const fetch: Gateway['fetch'] = (request, env, context) => {
    const received = runtime.receive(request, env);
    // Our own listeners have refused it. Others let it in, and Deno.serve makes a path of what follows
    // a slash in it, which is not the path that a proxy in front has seen.
    if (!isAuthority(received.authority)) return gatewayError(400);
    const reply = proxy(received, (work) => (context ?? background).waitUntil(work));
    return reply === null ? app.fetch(request, env, context) : toResponse(reply);
  };
  provideDirect(fetch, proxy);

  return {
    app,
    fetch,
    refresh: () => live.refresh(),
    ready: () => live.current(Date.now()) !== null,
    waitUntil: background.waitUntil,
    drain: (milliseconds) => background.drain(milliseconds, () => sender.abandon()),
  };
}

/** Routes given in code are in force at once; those of a store after the first refresh. */
function liveRoutes(
  { routes = [], store, longestCopy }: GatewayOptions,
  { connectionRate }: Runtime,
  instance: () => string,
  onReload: (reload: Reload) => void,
): LiveTable<RouteTable> {
  const mirrors = { instance, connectionRate, longestTimeout: longestCopy };
  const initial = store === undefined ? routesDocument(routes) : undefined;
  return liveTable({
    store: store ?? memoryStore(initial!),
    initial,
    compile: (document, previous: RouteTable | null) => compileRoutes(document, previous, mirrors),
    onReload,
  });
}

function toResponse(reply: Reply | Promise<Reply>): Response | Promise<Response> {
  return reply instanceof Promise ? reply.then(responseOf) : responseOf(reply);
}
