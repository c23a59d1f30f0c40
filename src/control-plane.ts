import { adminApi } from './admin/api.ts';
import { controlPlaneGuard } from './admin/guard.ts';
import { health } from './admin/health.ts';
import { reportApi, type ReportSource } from './compare/report/api.ts';
import { explainApi } from './explain/api.ts';
import type { Endpoint, Endpoints } from './http/endpoint.ts';
import { gatewayError } from './http/gateway-error.ts';
import type { MemoryBudget } from './http/memory-budget.ts';
import { matchPath, originForm } from './http/target.ts';
import type { Trust } from './request/inbound.ts';
import type { RouteTable } from './route-table.ts';
import type { Runtime } from './runtime/runtime.ts';
import type { LiveTable } from './stores/live.ts';
import type { Telemetry } from './telemetry/telemetry.ts';
import { UI, UI_SHELL, ui } from './ui/ui.ts';

export interface ControlPlaneOptions {
  /** `null`: open to loopback requests alone. */
  readonly adminKey: string | null;
  readonly runtime: Runtime;
  readonly live: LiveTable<RouteTable>;
  readonly trust: Trust;
  readonly telemetry: Pick<Telemetry, 'onAdminFailure' | 'render' | 'recent'>;
  /** What mirrors responded. */
  readonly report: ReportSource;
  /** Memory of recorded bodies. */
  readonly budget: Pick<MemoryBudget, 'held' | 'limit'>;
  /** Why load balancers are to send requests elsewhere although there are routes; `null`: they need not. */
  readonly notReady: () => string | null;
}

/** Paths that the control plane serves. */
export const CONTROL_PLANE: RegExp = /^\/apisix(?:\/|$)/;

/**
 * The path of a request as the proxy sees it, and not whatever follows the first slash of the URL, which on some runtimes
 * is text of the client's choice (`GET http://a?/apisix/admin`).
 */
export function proxyPath({ url }: Request): string {
  return matchPath(originForm(url));
}

/** What needs the key, whether there is something or not. */
const GUARDED = /^\/apisix\/(?:admin|prometheus|ui)(?:\/|$)/;
/** All that has no place of its own is a resource of the admin API. */
const ADMIN = /^\/apisix\/admin(?:\/|$)/;
const READY = '/apisix/status/ready';

/** Responds to requests below `/apisix`. Never throws, and its promise does not reject. */
export type ControlPlane = (request: Request, env: unknown) => Promise<Response>;

/** What is behind `/apisix`: health, metrics, explanations and APISIX's admin API. */
export function controlPlane(options: ControlPlaneOptions): ControlPlane {
  const { adminKey, runtime, live, trust, telemetry, report } = options;
  const guard = controlPlaneGuard({ adminKey, isLocal: runtime.isLocal ?? (() => false) });
  const { live: alive, ready } = health({ runtime: runtime.name, notReady });
  const admin = adminApi({ live, onFailure: telemetry.onAdminFailure });
  const places = new Map<string, Endpoints>([
    ['/apisix/status', { GET: alive }],
    [READY, { GET: ready }],
    ['/apisix/prometheus/metrics', { GET: () => metrics(telemetry) }],
    ['/apisix/admin/explain', explainApi({ inForce })],
    ['/apisix/admin/report', reportApi(report)],
  ]);

  const isKeyed = adminKey !== null && adminKey !== '';
  const page = ui({ ...options, needsKey: isKeyed, inForce });

  function endpointOf(method: string, path: string): Endpoint {
    if (UI.test(path)) return page;
    const endpoints = places.get(path) ?? {};
    const wanted = method === 'HEAD' ? 'GET' : method;
    if (Object.hasOwn(endpoints, wanted)) return endpoints[wanted]!;
    return ADMIN.test(path) ? admin : notFound;
  }
  /** A browser cannot send a key with the page itself, which shows nothing without one. Where there is no key, it is guarded. */
  function needsKey(path: string): boolean {
    return GUARDED.test(path) && !(isKeyed && UI_SHELL.test(path));
  }
  async function respond(request: Request, env: unknown): Promise<Response> {
    const path = proxyPath(request);
    // As in the proxy: the first request waits for the first document.
    if (path === READY || GUARDED.test(path)) await live.load();
    const denied = needsKey(path) ? await guard(request, env) : null;
    return denied ?? endpointOf(request.method, path)(request);
  }
  return async (request, env) => {
    try {
      const response = await respond(request, env);
      return request.method === 'HEAD' ? new Response(null, response) : response;
    } catch (error) {
      console.error(error);
      return gatewayError(500);
    }
  };

  function notReady(): string | null {
    if (live.current(Date.now()) === null)
      return 'no routes are loaded yet: see the log for the reason';
    return options.notReady();
  }
  function inForce() {
    const [table, document] = [live.current(Date.now()), live.document()];
    if (table === null || document === null) return null;
    return { table, document, trust, hostOfUrl: runtime.hostOfUrl === true };
  }
}

function notFound(): Response {
  return Response.json({ error_msg: '404 Not Found' }, { status: 404 });
}

function metrics({ render }: Pick<Telemetry, 'render'>): Response {
  const type = { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' };
  return new Response(render(), { headers: type });
}
