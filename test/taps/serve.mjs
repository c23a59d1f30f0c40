/** Serves the tapped app as its first argument says, for the upstream in the second. Prints a port, or two. */
import process from 'node:process';
import { fetchRuntime } from '../../dist/runtime/fetch/index.js';
import { tappedApp } from './app.mjs';

const [how, upstream] = /** @type {[string, string]} */ (process.argv.slice(2));
const { Bun, Deno } = /** @type {any} */ (globalThis);
const { tappedResponse } = await import(`../../dist/runtime/observe/${Bun ? 'bun' : 'relay'}.js`);
const hostname = '127.0.0.1';

/** @type {Readonly<Record<string, () => Promise<readonly number[]>>>} */
const SERVERS = {
  /** The gateway on a listener of its own, so that its responses are never made Web objects. */
  async own() {
    const { runtime } = await import('#runtime');
    const server = /** @type {any} */ (runtime());
    const { gateway, fetch } = tappedApp({ upstream, runtime: server, tappedResponse });
    const apps = [gateway, { fetch, waitUntil() {} }];
    const listening = await Promise.all(
      apps.map((app) => server.listen({ app, hostname, port: 0 })),
    );
    return listening.map(({ port }) => port);
  },
  async 'node-server'() {
    const { serve } = await import('@hono/node-server');
    const { fetch } = appOnFetch();
    return new Promise((resolve) =>
      serve({ fetch, hostname, port: 0 }, ({ port }) => resolve([port])),
    );
  },
  bun: async () => [Bun.serve({ ...appOnFetch(), hostname, port: 0, idleTimeout: 30 }).port],
  deno: () =>
    new Promise((resolve) => {
      const { fetch } = appOnFetch();
      const onListen = (/** @type {{ port: number }} */ { port }) => resolve([port]);
      Deno.serve({ hostname, port: 0, onListen }, (/** @type {Request} */ request) =>
        fetch(request),
      );
    }),
};

function appOnFetch() {
  const { fetch } = tappedApp({ upstream, runtime: fetchRuntime(), tappedResponse });
  return { fetch: (/** @type {Request} */ request) => fetch(request) };
}

const ports = await SERVERS[how]?.();
console.log(`ports ${ports?.join(' ')}`);
