import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Miniflare } from 'miniflare';
import { unstable_getMiniflareWorkerOptions as workerOptions } from 'wrangler';
import type { KvNamespace } from '../../src/stores/kv.ts';
import { line, run } from '../support/process.ts';
import { gatewayProcess } from './client.ts';
import { ROOT } from './paths.ts';
import { KEY, type TestRuntime } from './runtime.ts';
import { CONFIG, wrangler } from './wrangler.ts';

/** Runs the worker that the variable `WORKER` describes. */
export const WORKER_PROCESS: string = fileURLToPath(new URL('worker-process.mjs', import.meta.url));

/** The bundle that is deployed, in workerd, with a KV namespace of the simulator for each gateway. */
export const workers: TestRuntime = {
  name: 'workers',
  async start({ routes, document, adminKey = KEY, env = {}, ...options } = {}) {
    const state = options.folder ?? (await mkdtemp(join(tmpdir(), 'proxy-mirror-workers-')));
    const text = document ?? (routes && JSON.stringify({ routes }));
    if (text !== undefined) await seed(state, text);
    const variables = { ...(adminKey !== null && { ADMIN_KEY: adminKey }), ...env };
    const program = run(process.execPath, [WORKER_PROCESS], {
      env: { WORKER: JSON.stringify(await miniflareOptions(state, variables)) },
      cwd: ROOT,
    });
    if (options.folder === undefined)
      void program.exited.then(() => rm(state, { recursive: true, force: true }));
    const [, port] = await line(program, /^listening on http:\/\/127\.0\.0\.1:(\d+)/m);
    return gatewayProcess({
      runtime: 'workers',
      port: Number(port),
      program,
      file: null,
      adminKey,
    });
  },
};

/** The options in wrangler.toml, with a test's own variables. */
async function miniflareOptions(state: string, variables: Readonly<Record<string, string>>) {
  const { bindings, ...configured } = workerOptions(CONFIG).workerOptions;
  const script = await bundle();
  return {
    ...configured,
    bindings: { ...bindings, ...variables },
    name: 'proxy-mirror',
    modules: [{ type: 'ESModule', path: script }],
    modulesRoot: dirname(script),
    host: '127.0.0.1',
    port: 0,
    cf: false,
    kvPersist: join(state, 'v3/kv'),
    durableObjectsPersist: join(state, 'v3/do'),
  };
}

let bundled: Promise<string> | null = null;

/** Path of the script that `wrangler deploy` would upload. Built once per test file. */
export function bundle(): Promise<string> {
  return (bundled ??= build());
}

async function build(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'proxy-mirror-bundle-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  await wrangler(['deploy', '--dry-run', '--outdir', folder]);
  return join(folder, 'workers.js');
}

/** Writes a document to the simulator's KV, as `wrangler kv key put` does, in a third of its time. */
export async function seed(state: string, document: string): Promise<void> {
  const { kvNamespaces } = workerOptions(CONFIG).workerOptions;
  const simulator = new Miniflare({
    modules: true,
    script: 'export default {}',
    cf: false,
    kvNamespaces,
    kvPersist: join(state, 'v3/kv'),
  });
  try {
    // Miniflare's own types need those of Workers, which are not installed.
    const namespace = (await simulator.getKVNamespace('ROUTES')) as unknown as KvNamespace;
    await namespace.put('routes', document);
  } finally {
    await simulator.dispose();
  }
}

/** The document in the simulator's KV, read with `wrangler kv key get`. */
export function stored(state: string): Promise<string> {
  return wrangler(['kv', 'key', 'get', ...local(state), 'routes', '--text']);
}

function local(state: string): readonly string[] {
  return ['--binding', 'ROUTES', '--local', '--persist-to', state];
}
