// Mirrors the requests of a fetch handler on Deno.
import { mirrorFetch } from 'proxy-mirror';

const mirror = Deno.env.get('MIRROR') ?? 'http://127.0.0.1:9797';
const port = Number(Deno.env.get('PORT') ?? 9080);

async function handler(request: Request): Promise<Response> {
  return Response.json({ ordered: await request.json() }, { status: 201 });
}

Deno.serve(
  {
    hostname: '127.0.0.1',
    port,
    onListen: (address) => console.log(`listening on http://127.0.0.1:${address.port}`),
  },
  mirrorFetch(handler, { host: mirror }),
);
