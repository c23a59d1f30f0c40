// @ts-nocheck: its packages are installed for benchmarks only.
/** Hono with its own proxy helper, on Node by its adapter, and the global `fetch`. */
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { proxy } from 'hono/proxy';
import { hostname, mirrorOf, port, upstream } from './parts/place.mjs';

const app = new Hono();
app.all('*', async (c) => {
  const { method, url } = c.req;
  const { pathname, search } = new URL(url);
  const body = method === 'GET' ? undefined : await c.req.arrayBuffer();
  const init = { method, headers: c.req.header(), body };
  const mirror = mirrorOf(pathname);
  if (mirror !== null)
    proxy(mirror + pathname + search, init).then(
      (copy) => copy.arrayBuffer(),
      () => {},
    );
  return proxy(upstream + pathname + search, init);
});
serve({ fetch: app.fetch, hostname, port });
