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
  async start({ routes, document, adminKey = KEY, env = {}, ...options } = {}) {
    const state = options.folder ?? (await mkdtemp(join(tmpdir(), 'proxy-mirror-workers-')));
    const text = document ?? (routes && JSON.stringify({ routes }));
    if (text !== undefined) await seed(state, text);
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
    if (options.folder === undefined)
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
  await kvKey('put', state, ['routes', '--path', file]);
}

/** The document in the simulator's KV, as `wrangler kv key get` shows it. */
export function stored(state: string): Promise<string> {
  return kvKey('get', state, ['routes', '--text']);
}

async function kvKey(action: string, state: string, args: readonly string[]): Promise<string> {
  const program = run(
    WRANGLER,
    [
      'kv',
      'key',
      action,
      '--config',
      join(ROOT, 'wrangler.toml'),
      '--binding',
      'ROUTES',
      '--local',
      '--persist-to',
      state,
      ...args,
    ],
    { env: QUIET, cwd: ROOT },
  );
  if ((await program.exited) !== 0)
    throw new Error(`wrangler kv key ${action}: ${program.stdout()}${program.stderr()}`);
  return program.stdout();
}
