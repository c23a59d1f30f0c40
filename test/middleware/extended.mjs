import { Hono } from 'hono';
import { basicAuth } from 'hono/basic-auth';
import { bodyLimit } from 'hono/body-limit';
import { cors } from 'hono/cors';
import { jwt } from 'hono/jwt';
import { logger } from 'hono/logger';
import { requestId } from 'hono/request-id';
import { secureHeaders } from 'hono/secure-headers';
import { timing } from 'hono/timing';
import { createGateway } from 'proxy-mirror';

/**
 * A gateway with middleware of Hono's own and a route of the user's, behind each of its doors: `X-Door` says which a
 * request takes.
 *
 * @param {{ upstream: string, mirror: string, runtime?: any }} options
 */
export function extendedGateway({ upstream, mirror, runtime }) {
  /** @type {string[]} */
  const lines = [];
  const gateway = createGateway({
    ...(runtime !== undefined && { runtime }),
    routes: [
      {
        uri: '/*',
        upstream: { nodes: { [new URL(upstream).host]: 1 } },
        plugins: { 'proxy-mirror': { host: mirror } },
      },
    ],
  });
  const { app } = gateway;
  app.use(
    '/logged/*',
    logger((line) => lines.push(line)),
  );
  app.use('/cors/*', cors());
  app.use('/limited/*', bodyLimit({ maxSize: 10 }));
  app.use('/secured/*', secureHeaders());
  app.use('/password/*', basicAuth({ username: 'user', password: 'pass' }));
  app.use('/timed/*', timing());
  app.use('/numbered/*', requestId());
  app.use('/token/*', jwt({ secret: 'secret', alg: 'HS256' }));
  app.get('/own', (c) => c.text('own'));
  app.get('/lines', (c) => c.json(lines));

  const handled = new Hono();
  handled.all('*', gateway.handler);
  const taken = new Hono();
  taken.route('/', app);
  /** @type {Readonly<Record<string, (request: Request, env: any, context: any) => Response | Promise<Response>>>} */
  const doors = {
    fetch: gateway.fetch,
    app: app.fetch,
    handler: handled.fetch,
    route: taken.fetch,
  };
  return {
    fetch(/** @type {Request} */ request, /** @type {any} */ env, /** @type {any} */ context) {
      const door = doors[request.headers.get('x-door') ?? 'fetch'];
      return /** @type {NonNullable<typeof door>} */ (door)(request, env, context);
    },
  };
}
