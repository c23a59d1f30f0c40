import type { MiddlewareHandler } from 'hono';
import { Hono } from 'hono/tiny';
import { adminApi } from './admin/api.ts';
import { controlPlaneGuard } from './admin/guard.ts';
import { healthApi } from './admin/health.ts';
import { reportApi, type ReportSource } from './compare/report/api.ts';
import { explainApi } from './explain/api.ts';
import { matchPath, originForm } from './http/target.ts';
import type { Trust } from './request/inbound.ts';
import type { RouteTable } from './route-table.ts';
import type { Runtime } from './runtime/runtime.ts';
import type { LiveTable } from './stores/live.ts';
import type { Telemetry } from './telemetry/telemetry.ts';

export interface ControlPlaneOptions {
  /** `null`: open to loopback requests alone. */
  readonly adminKey: string | null;
  readonly runtime: Runtime;
  readonly live: LiveTable<RouteTable>;
  readonly trust: Trust;
  readonly telemetry: Telemetry;
  /** What mirrors answered. */
  readonly report: ReportSource;
  /** True once the server is about to stop: readiness then tells load balancers to send requests elsewhere. */
  readonly retired: () => boolean;
}

/** Paths that the control plane answers. */
export const CONTROL_PLANE: RegExp = /^\/apisix(?:\/|$)/;

/**
 * For a Hono app whose idea of a path is the proxy's. Hono's own path is whatever follows the first slash of the URL,
 * which on some runtimes is text of the client's choice (`GET http://a?/apisix/admin`).
 */
export const PROXY_PATHS = {
  getPath: (request: Request): string => matchPath(originForm(request.url)),
};

/** The Hono app behind `/apisix`: health, metrics, explanations and APISIX's admin API. */
export function controlPlane(options: ControlPlaneOptions): Hono {
  const { adminKey, runtime, live, trust, telemetry, report } = options;
  const access = controlPlaneGuard({ adminKey, peer: (c) => runtime.peer(c.req.raw, c.env) });
  function notReady(): string | null {
    if (live.current(Date.now()) === null)
      return 'no routes are loaded yet: see the log for the reason';
    return options.retired() ? 'this server is about to stop' : null;
  }
  const app = new Hono(PROXY_PATHS);
  // As in the proxy: the first request waits for the first document.
  const loaded: MiddlewareHandler = async (_, next) => {
    await live.load();
    return next();
  };
  app.use('/apisix/status/ready', loaded).use('/apisix/admin/*', loaded);
  app.route('/apisix', healthApi({ runtime: runtime.name, notReady }));
  app.route('/apisix', metricsApi(access, telemetry));
  app.route('/apisix', explainApi({ access, inForce }));
  app.route('/apisix', reportApi({ access, source: report }));
  app.route('/apisix', adminApi({ live, access, onFailure: telemetry.onAdminFailure }));
  return app.all('/apisix/*', (c) => c.json({ error_msg: '404 Not Found' }, 404));

  function inForce() {
    const [table, document] = [live.current(Date.now()), live.document()];
    if (table === null || document === null) return null;
    return { table, document, trust, hostOfUrl: runtime.hostOfUrl === true };
  }
}

function metricsApi(access: MiddlewareHandler, { render }: Telemetry): Hono {
  const type = { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' };
  return new Hono()
    .use('/prometheus/*', access)
    .get('/prometheus/metrics', (c) => c.text(render(), 200, type));
}
