import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bun } from '../runtimes/bun.ts';
import { deno } from '../runtimes/deno.ts';
import { node } from '../runtimes/node.ts';
import { ROOT } from '../runtimes/paths.ts';
import type { TestServerRuntime } from '../runtimes/runtime.ts';
import { WORKER_PROCESS } from '../runtimes/workers.ts';
import { bundleWorker } from '../runtimes/wrangler.ts';
import { line, type Program, run } from '../support/process.ts';

/** A server of the tapped app. */
export interface TappedServer {
  readonly name: string;
  /** Its fetch decodes bodies before they are recorded. */
  readonly decodes?: true;
  /** It gets responses by the runtime's own fetch, which shows no trailers. */
  readonly onFetch?: true;
  /** Responses that it cannot forward, tapped or not. */
  readonly misreads?: readonly string[];
  start(upstream: string): Promise<Started>;
}

export interface Started {
  readonly program: Program;
  /** Where the gateway listens, and where the app. */
  readonly gateway: string;
  readonly app: string;
}

export const servers: readonly TappedServer[] = [
  { name: 'our listener on Node', start: (to) => started(script(node, 'own', to)) },
  { name: 'our listener on Bun', start: (to) => started(script(bun, 'own', to)) },
  { name: 'our listener on Deno', start: (to) => started(script(deno, 'own', to)) },
  { ...onFetch('@hono/node-server', node, 'node-server'), decodes: true },
  { ...onFetch('Bun.serve', bun, 'bun'), decodes: true },
  { ...onFetch('Deno.serve', deno, 'deno'), decodes: true },
  {
    name: 'a Worker',
    onFetch: true,
    // workerd takes a 103 for the final response, and trailers for the start of the next one.
    misreads: ['hinted', 'trailers'],
    start: async (to) => started(await worker(to)),
  },
];

function onFetch(name: string, runtime: TestServerRuntime, how: string): TappedServer {
  return { name, onFetch: true, start: (to) => started(script(runtime, how, to)) };
}

function script(runtime: TestServerRuntime, how: string, upstream: string): Program {
  return runtime.script(new URL('serve.mjs', import.meta.url), [how, upstream]);
}

async function started(program: Program): Promise<Started> {
  const ports = await line(program, /^(?:ports |listening on .*:)(\d+)(?: (\d+))?/m);
  const [gateway, app] = [ports[1], ports[2] ?? ports[1]].map((port) => `http://127.0.0.1:${port}`);
  return { program, gateway: gateway!, app: app! };
}

async function worker(upstream: string): Promise<Program> {
  const folder = await mkdtemp(join(tmpdir(), 'proxy-mirror-tapped-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const entry = fileURLToPath(new URL('worker.mjs', import.meta.url));
  await bundleWorker(entry, folder);
  const options = {
    modules: [{ type: 'ESModule', path: join(folder, 'worker.js') }],
    modulesRoot: folder,
    compatibilityDate: '2026-04-26',
    bindings: { UPSTREAM: upstream },
    host: '127.0.0.1',
    port: 0,
    cf: false,
  };
  const env = { WORKER: JSON.stringify(options) };
  return run(process.execPath, [WORKER_PROCESS], { env, cwd: ROOT });
}
