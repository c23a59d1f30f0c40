/** A server in a program of its own: a user's app with a gateway among its routes. */
import process from 'node:process';
import { runtime } from '#runtime';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { createGateway } from 'proxy-mirror';
import { differences } from './members.mjs';

const upstream = String(process.argv[2]);
const app = new Hono();
const server = /** @type {any} */ (runtime());
const gateway = createGateway({
  runtime: server,
  routes: [{ uri: '/*', upstream: { nodes: { [upstream]: 1 } }, enable_websocket: true }],
});
// Middleware that reads requests and responses, and changes them.
app.use('*', async (c, next) => {
  const { pathname, searchParams } = new URL(c.req.raw.url);
  if (pathname.endsWith('/limited')) await bodyLimit({ maxSize: 1000 })(c, async () => {});
  if (pathname.endsWith('/cloned')) await c.req.raw.clone().text();
  await next();
  const { status, headers } = c.res;
  if (searchParams.has('field')) headers.set('x-added', String(status));
});
app.get('/members', async (c) => {
  const response = await gateway.fetch(new Request(new URL('/answer', c.req.url)));
  const { status, statusText, headers } = response;
  const body = await response.clone().arrayBuffer();
  return c.json(await differences(response, new Response(body, { status, statusText, headers })));
});
app.route('/', gateway.app);

const { port } = await server.listen({
  app,
  hostname: '127.0.0.1',
  port: 0,
});
console.log(`port ${port}`);
