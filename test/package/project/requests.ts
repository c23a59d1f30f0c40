/**
 * A program of somebody else's. It sends one request through each way into the library, and prints what came back
 * and what the mirror got.
 *
 * Arguments: the runtime's entry (`node`, `bun` or `deno`), and a file for routes.
 */
import { writeFile } from 'node:fs/promises';
import process from 'node:process';
import { Hono } from 'hono';
import { cors } from 'hono/cors';
import { logger } from 'hono/logger';
import { createGateway, mirrorFetch, proxyMirror } from 'proxy-mirror';
import { fileStore } from 'proxy-mirror/file-store';

type Serve = (request: Request) => Response | Promise<Response>;

const [entry = 'node', file = 'routes.json'] = process.argv.slice(2);
const { runtime: create } = (await import(
  `proxy-mirror/${entry}`
)) as typeof import('proxy-mirror/node');
const runtime = create();

async function listen(fetch: Serve): Promise<string> {
  const { port } = await runtime.listen({ app: { fetch }, hostname: '127.0.0.1', port: 0 });
  return `http://127.0.0.1:${port}`;
}

const copies: string[] = [];
const mirror = await listen(async (request) => {
  copies.push(`${request.method} ${new URL(request.url).pathname} ${await request.text()}`);
  return new Response('nobody reads this');
});
const upstream = await listen(
  async (request) => new Response((await request.text()).toUpperCase()),
);

const outcomes: string[] = [];
const onOutcome = ({ outcome, reason }: { outcome: string; reason: string }) =>
  outcomes.push(`${outcome} ${reason}`);
const routes = [
  {
    uri: '/*',
    upstream: { nodes: { [new URL(upstream).host]: 1 } },
    plugins: { 'proxy-mirror': { host: mirror } },
  },
];

const gateway = createGateway({ routes, runtime, onOutcome });
gateway.app.use(logger(() => {}));
gateway.app.use(cors());

await writeFile(file, JSON.stringify({ routes: routes.map((route) => ({ id: 1, ...route })) }));
const stored = createGateway({ store: fileStore(file), runtime, onOutcome });
const ownApp = new Hono().get('/own', (c) => c.text('own')).all('*', stored.handler);

const mirrored = new Hono()
  .use(proxyMirror({ host: mirror }, { onOutcome }))
  .post('/middleware', async (c) => c.text((await c.req.text()).toUpperCase()));

const handler = mirrorFetch(
  async (request: Request) => new Response((await request.text()).toUpperCase()),
  { host: mirror },
  { onOutcome },
);

const ways: Readonly<Record<string, Serve>> = {
  gateway: (request) => gateway.fetch(request),
  handler: (request) => ownApp.fetch(request),
  middleware: (request) => mirrored.fetch(request),
  fetch: handler,
};
const responses: unknown[] = [];
for (const [way, serve] of Object.entries(ways)) {
  const url = await listen(serve);
  const response = await fetch(`${url}/${way}`, { method: 'POST', body: way });
  const origin = response.headers.get('access-control-allow-origin');
  responses.push([way, response.status, await response.text(), origin]);
}

while (outcomes.length < responses.length) await new Promise((resolve) => setTimeout(resolve, 5));
console.log(JSON.stringify({ responses, copies: copies.toSorted(), outcomes }));
process.exit(0);
