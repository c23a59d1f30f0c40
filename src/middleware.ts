import type { MiddlewareHandler } from 'hono';
import { handlerFaults } from './config/options.ts';
import { type ProxyMirrorConfig } from './config/proxy-mirror.ts';
import { contextOf, type Drainable } from './runtime/background.ts';
import { mirroring, type ProxyMirrorOptions, type WaitUntilContext } from './mirroring.ts';

/**
 * Mirrors the requests of an existing Hono app: the app responds as before, and the mirror gets a copy through
 * `waitUntil`. The configuration has the attributes of the `proxy-mirror` plugin.
 *
 * The copy has the request's header fields and body. The app may read the body whenever and however it likes.
 * What happens to the copy depends on that:
 *
 * | the app                 | the copy                                                              |
 * | ----------------------- | --------------------------------------------------------------------- |
 * | reads the body          | is sent as soon as all of it has been read                            |
 * | does not read it        | is sent; the response waits for the body, up to 1 s (chunked: 0.1 s)  |
 * | stops half-way, cancels | is sent if the rest has arrived by then, else `body_incomplete`       |
 * | reads `c.env.incoming`  | is `body_incomplete`: the app reads Node's own stream directly        |
 *
 * The outcome is `body_too_large` when the body exceeds `max_body_size`: at once if Content-Length says so (the
 * request is then left untouched), else as soon as the limit is reached.
 *
 * The outcome is `body_incomplete` when
 * - the body breaks off;
 * - no byte of it has passed for half to all of the longest `timeout` among its mirrors;
 * - the client waits for a 100 response (`Expect: 100-continue`) that is never sent;
 * - another middleware has already read the body: put this one first.
 *
 * @throws ConfigError with every fault of the configuration
 * @example
 * const app = new Hono();
 * app.use('/api/*', proxyMirror({ host: 'http://127.0.0.1:9797', sample_ratio: 0.1 }));
 * app.post('/api/orders', async (c) => c.json(await c.req.json()));
 */
export function proxyMirror(
  config: ProxyMirrorConfig,
  options: ProxyMirrorOptions = {},
): MirrorMiddleware {
  const { mirror, drain } = mirroring('proxyMirror', config, options);
  const mirrorRequest: MiddlewareHandler = async (c, next) => {
    const mirrored = mirror(c.req.raw, c.env, contextOf(c));
    if (mirrored === null) return next();
    c.req.raw = mirrored.request;
    try {
      await next();
    } catch (error) {
      mirrored.failed();
      throw error;
    } finally {
      await mirrored.finish();
    }
    const response = await mirrored.passOn(c.res);
    if (response === c.res) return;
    // Hono would add the fields of the response that is replaced.
    c.res = undefined;
    c.res = response;
  };
  return Object.assign(mirrorRequest, { drain });
}

/** What `proxyMirror` returns. */
export type MirrorMiddleware = MiddlewareHandler & Drainable;

/** What runtimes serve: `Bun.serve`, `Deno.serve`, a Worker's `fetch`, a route of SvelteKit or Next. */
export type FetchHandler<Rest extends unknown[]> = (
  request: Request,
  ...rest: Rest
) => Response | Promise<Response>;

/**
 * The same for any fetch handler: returns one that responds as `handler` does, and mirrors its requests. What
 * follows the request is passed on; where the third argument has a `waitUntil`, as a Worker's context does, copies
 * are handed to that.
 *
 * @throws ConfigError with every fault of the configuration
 * @example
 * Bun.serve({ fetch: mirrorFetch((request) => app.handle(request), { host: 'http://127.0.0.1:9797' }) });
 */
export function mirrorFetch<Rest extends unknown[]>(
  handler: FetchHandler<Rest>,
  config: ProxyMirrorConfig,
  options: ProxyMirrorOptions = {},
): MirrorHandler<Rest> {
  const { mirror, drain } = mirroring('mirrorFetch', config, options, handlerFaults(handler));
  const mirrorRequest = async (request: Request, ...rest: Rest) => {
    const [env, context] = rest;
    const mirrored = mirror(request, env, hasWaitUntil(context) ? context : null);
    if (mirrored === null) return handler(request, ...rest);
    let response: Response;
    try {
      response = await handler(mirrored.request, ...rest);
    } catch (error) {
      mirrored.failed();
      throw error;
    } finally {
      await mirrored.finish();
    }
    return mirrored.passOn(response);
  };
  return Object.assign(mirrorRequest, { drain });
}

/** What `mirrorFetch` returns: as `FetchHandler`, but always a promise. */
export type MirrorHandler<Rest extends unknown[]> = Drainable &
  ((request: Request, ...rest: Rest) => Promise<Response>);

function hasWaitUntil(context: unknown): context is WaitUntilContext {
  return typeof (context as WaitUntilContext | null | undefined)?.waitUntil === 'function';
}
