// Mirrors the requests of an existing Hono app: one line, before the routes that it is for.
import process from 'node:process';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { proxyMirror } from 'proxy-mirror';

const { MIRROR = 'http://127.0.0.1:9797', PORT = '9080' } = process.env;

const app = new Hono();
app.use('/api/*', proxyMirror({ host: MIRROR, max_body_size: 65_536 }));
app.post('/api/orders', async (c) => c.json({ ordered: await c.req.json() }, 201));

serve({ fetch: app.fetch, hostname: '127.0.0.1', port: Number(PORT) }, ({ port }) =>
  console.log(`listening on http://127.0.0.1:${port}`),
);
