import { afterAll, beforeAll, expect, it } from 'vitest';
import type { TestServerRuntime } from '../runtimes/runtime.ts';
import { sendRaw } from '../support/client.ts';
import { origin, type Origin, route } from '../support/origin.ts';
import { line, type Program } from '../support/process.ts';

/** The gateway behind a foreign server, which decides what host a request is for. */
export function ownServer(runtime: TestServerRuntime): void {
  const upstreams: Origin[] = [];
  let program: Program;
  let port: number;
  beforeAll(async () => {
    for (const name of ['a', 'b'])
      upstreams.push(await origin(({ url }, response) => response.end(`${name} ${url}`)));
    const routes = upstreams.map((upstream, i) => ({
      id: `${i}`,
      ...route(upstream, null, { route: { host: `${'ab'[i]}.example` } }),
    }));
    const file = new URL('../support/own-server.mjs', import.meta.url);
    program = runtime.script(file, [JSON.stringify(routes)]);
    port = Number((await line(program, /^port (\d+)$/m))[1]);
  });
  afterAll(async () => {
    program.signal('SIGKILL');
    await Promise.all([program.exited, ...upstreams.map((upstream) => upstream.close())]);
  });

  const get = (target: string, host: string) =>
    sendRaw(port, `GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);

  it.each([
    ['/x?y', 'a.example'],
    ['/x?y', 'A.example.:81'],
    // Bun shows nothing of the target's authority, and what Deno shows could be any URL.
    ['http://b.example/x?y', 'a.example'],
  ])('%s of Host %s is for a', async (target, host) => {
    const { status, body } = await get(target, host);
    expect([status, body]).toEqual([200, expect.stringContaining('a /x?y')]);
  });

  it.each(['a.example/b', 'a.example?', 'u@a.example', '[1]', '[.]', 'a.example:99999'])(
    'Host %s gets 400',
    async (host) => {
      for (const target of ['/x', '/apisix/status'])
        expect((await get(target, host)).status).toBe(400);
    },
  );

  it('nobody has access to the control plane without a key', async () => {
    const { status } = await get('/apisix/admin/routes', '127.0.0.1');
    expect(status).toBe(403);
  });
}
