// Mirrors the requests of an Elysia app on Bun: its `fetch` is a fetch handler like any other.
import { Elysia } from 'elysia';
import { mirrorFetch } from 'proxy-mirror';

const { MIRROR = 'http://127.0.0.1:9797', PORT = '9080' } = Bun.env;

const app = new Elysia().post('/api/orders', ({ body, status }) => status(201, { ordered: body }));

const server = Bun.serve({
  hostname: '127.0.0.1',
  port: Number(PORT),
  fetch: mirrorFetch((request) => app.fetch(request), { host: MIRROR }),
});
console.log(`listening on http://127.0.0.1:${server.port}`);
