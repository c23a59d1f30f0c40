import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../support/ports.ts';
import { run } from '../support/process.ts';
import { until } from '../support/until.ts';
import { gatewayProcess } from './client.ts';
import { ROOT } from './paths.ts';
import { KEY, type TestRuntime } from './runtime.ts';

const WRANGLER = join(ROOT, 'node_modules/.bin/wrangler');

/** Wrangler asks the network for a sample of `Request.cf` and for its own updates; neither is needed. */
const QUIET = {
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
  WRANGLER_SEND_METRICS: 'false',
  WRANGLER_LOG_SANITIZE: 'true',
  CI: 'true',
};

/** `wrangler dev`, with a KV namespace of the local simulator for each gateway. */
export const workers: TestRuntime = {
  name: 'workers',
  async start({ routes, adminKey = KEY, env = {} } = {}) {
    const state = await mkdtemp(join(tmpdir(), 'proxy-mirror-workers-'));
    if (routes !== undefined) await seed(state, JSON.stringify({ routes }));
    const port = await freePort();
    const variables = { ...(adminKey !== null && { ADMIN_KEY: adminKey }), ...env };
    const program = run(
      WRANGLER,
      [
        'dev',
        '--config',
        join(ROOT, 'wrangler.toml'),
        '--port',
        String(port),
        '--ip',
        '127.0.0.1',
        '--inspector-port',
        '0',
        '--persist-to',
        state,
        ...Object.entries(variables).flatMap(([name, value]) => ['--var', `${name}:${value}`]),
      ],
      { env: QUIET, cwd: ROOT },
    );
    void program.exited.then(() => rm(state, { recursive: true, force: true }));
    await until(
      async () =>
        (await fetch(`http://127.0.0.1:${port}/apisix/status`).catch(() => null))?.ok === true,
      60_000,
      'wrangler dev to answer',
    );
    return gatewayProcess({ runtime: 'workers', port, program, file: null, adminKey });
  },
};

/** Writes a document to the simulator's KV, as `wrangler kv key put` users do. */
export async function seed(state: string, document: string): Promise<void> {
  const file = join(state, 'seed.json');
  await writeFile(file, document);
  const put = run(
    WRANGLER,
    [
      'kv',
      'key',
      'put',
      '--config',
      join(ROOT, 'wrangler.toml'),
      '--binding',
      'ROUTES',
      '--local',
      '--persist-to',
      state,
      'routes',
      '--path',
      file,
    ],
    { env: QUIET, cwd: ROOT },
  );
  if ((await put.exited) !== 0)
    throw new Error(`wrangler kv key put: ${put.stdout()}${put.stderr()}`);
}
