import type { Context as HonoContext, Handler, Hono as HonoApp } from 'hono';
import { Hono } from 'hono/tiny';
import { checkDocument, type RoutesDocument } from './config/document.ts';
import { ConfigError } from './config/error.ts';
import { GATEWAY_OPTIONS, optionFaults } from './config/options.ts';
import { proxyPath } from './control-plane.ts';
import {
  checkedGateway,
  type CheckedGatewayOptions,
  type Gateway,
  type GatewayCore,
  type GatewayOptions,
} from './gateway-core.ts';
import { contextOf } from './runtime/background.ts';
import { type Direct, provideDirect } from './runtime/direct.ts';
import { fetchRuntime } from './runtime/fetch/index.ts';
import { CompileError } from './stores/live.ts';
import { memoryStore } from './stores/memory.ts';
import { recentEvents } from './telemetry/recent.ts';

export type { Gateway, GatewayOptions } from './gateway-core.ts';

/**
 * A gateway that forwards each request to its route's upstream and sends copies to its mirrors.
 *
 * @throws ConfigError with every fault of the routes and options
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
  const initial = checkedRoutes(options);
  const { runtime = fetchRuntime(), store = memoryStore(initial!) } = options;
  const held = { ...options, runtime, store, recent: recentEvents };
  const { direct: respond, ...core } = started(held, initial);

  const handler = async (c: HonoContext) =>
    withPrepared(c, await core.fetch(c.req.raw, c.env, contextOf(c)));
  const app = new Hono({ getPath: proxyPath });
  app.notFound(handler);
  // Until something is added there is nothing to route, and requests bypass Hono's router and context.
  const direct: Direct = { respond };
  addProxyTo(app, handler, () => (direct.respond = null));
  const fetch: Gateway['fetch'] = (request, env, context) =>
    direct.respond === null
      ? app.fetch(request, env, context)
      : core.fetch(request, env, context ?? null);
  provideDirect(fetch, direct);
  return { ...core, app, fetch, handler };
}

/** @throws ConfigError if a route cannot be served on this runtime */
function started(options: CheckedGatewayOptions, initial: RoutesDocument | undefined): GatewayCore {
  try {
    return checkedGateway(options, initial);
  } catch (error) {
    if (error instanceof CompileError)
      throw new ConfigError('createGateway', error.faults, initial);
    throw error;
  }
}

/** Adds the fields that middleware has set by `c.header` before: Hono adds them to its own responses alone. */
function withPrepared(c: HonoContext, response: Response): Response {
  c.newResponse(null).headers.forEach((value, name) => {
    if (name === 'set-cookie') response.headers.append(name, value);
    else response.headers.set(name, value);
  });
  return response;
}

/**
 * Keeps the proxy the last of an app's routes, behind whatever is added: another app that takes this one in,
 * `other.route('/', app)`, reads them there, and does not know of `notFound`.
 *
 * @param onAdded called when a route or middleware is added
 */
function addProxyTo({ routes }: HonoApp, handler: Handler, onAdded: () => void): void {
  routes.push({ basePath: '/', path: '/*', method: 'ALL', handler });
  routes.push = (...added) => {
    onAdded();
    routes.splice(-1, 0, ...added);
    return routes.length;
  };
}

/**
 * The document of the routes that were given in code; `undefined` where a store has them.
 *
 * @throws ConfigError with all that is wrong with the options
 */
function checkedRoutes(options: GatewayOptions): RoutesDocument | undefined {
  const faults = optionFaults(options, GATEWAY_OPTIONS);
  const { routes, store } = options ?? {};
  const message = 'expected either routes or a store, found both: leave one of them out';
  if (routes !== undefined && store !== undefined) faults.push({ path: ['routes'], message });
  const document = { routes: routes ?? [] };
  const checked = checkDocument(document);
  if (!checked.ok) faults.push(...checked.faults);
  if (faults.length > 0) throw new ConfigError('createGateway', faults, document);
  return store === undefined && checked.ok ? checked.value : undefined;
}
