/** A program whose hooks write all that they are told, as JSON: an app with a middleware, and a gateway behind it. */
import process from 'node:process';
import { runtime } from '#runtime';
import { Hono } from 'hono';
import { createGateway, proxyMirror } from 'proxy-mirror';

const [upstream = '', mirror = '', rules = ''] = process.argv.slice(2);
const plugin = { host: mirror, ...JSON.parse(rules) };
const server = /** @type {any} */ (runtime());

/** @param {string} hook */
const tell = (hook) => (/** @type {unknown} */ told) => {
  console.log(`${hook} ${JSON.stringify(told)}`);
};
const onOutcome = tell('onOutcome');
const onComparison = tell('onComparison');

const gateway = createGateway({
  runtime: server,
  routes: [
    {
      uri: '/gateway/*',
      upstream: { nodes: { [upstream]: 1 } },
      plugins: { 'proxy-mirror': plugin },
    },
  ],
  onEvent: tell('onEvent'),
  onOutcome,
  onComparison,
});
const app = new Hono();
app.all('/app/*', proxyMirror(plugin, { onOutcome, onComparison }), async (c) => {
  const { pathname, search } = new URL(c.req.url);
  const body = c.req.method === 'POST' ? await c.req.text() : null;
  const method = c.req.method;
  return fetch(`http://${upstream}${pathname}${search}`, { method, body, redirect: 'manual' });
});
app.route('/', gateway.app);

const { port } = await server.listen({ app, hostname: '127.0.0.1', port: 0 });
console.log(`port ${port}`);
