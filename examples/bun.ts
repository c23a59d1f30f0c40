// Mirrors the requests of a fetch handler on Bun.
import { mirrorFetch } from 'proxy-mirror';

const { MIRROR = 'http://127.0.0.1:9797', PORT = '9080' } = Bun.env;

async function handler(request: Request): Promise<Response> {
  return Response.json({ ordered: await request.json() }, { status: 201 });
}

const server = Bun.serve({
  hostname: '127.0.0.1',
  port: Number(PORT),
  fetch: mirrorFetch(handler, { host: MIRROR }),
});
console.log(`listening on http://127.0.0.1:${server.port}`);
