import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../support/ports.ts';
import { type Program, run } from '../support/process.ts';
import { until } from '../support/until.ts';
import { gatewayProcess } from './client.ts';
import { ROOT } from './paths.ts';
import { KEY, type TestRuntime } from './runtime.ts';

export const CONFIG = join(ROOT, 'wrangler.toml');

/** Wrangler would request a sample of `Request.cf` and updates over the network; neither is needed. */
export const QUIET: Readonly<Record<string, string>> = {
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
  WRANGLER_SEND_METRICS: 'false',
  WRANGLER_LOG_SANITIZE: 'true',
  CI: 'true',
};

/** For workers of tests, which have nothing of the gateway's own Worker but its compatibility date. */
const PLAIN_CONFIG = join(ROOT, 'test/runtimes/worker.toml');

/** Bundles a test's Worker, of a single module, into a folder. */
export async function bundleWorker(entry: string, folder: string): Promise<void> {
  await wrangler(['deploy', entry, '--dry-run', '--outdir', folder], PLAIN_CONFIG);
}

/** Runs a wrangler command to its end and returns its output. */
export async function wrangler(args: readonly string[], config: string = CONFIG): Promise<string> {
  const program = start(args, config);
  if ((await program.exited) !== 0)
    throw new Error(`wrangler ${args.join(' ')}: ${program.stdout()}${program.stderr()}`);
  return program.stdout();
}

/**
 * `wrangler dev`, as users run it. The suite runs in workerd without it, because it puts a proxy in front that loses
 * requests after aborted uploads.
 */
export const wranglerDev: TestRuntime = {
  name: 'workers',
  async start() {
    const state = await mkdtemp(join(tmpdir(), 'proxy-mirror-wrangler-'));
    const port = await freePort();
    const where = ['--ip', '127.0.0.1', '--port', String(port), '--inspector-port', '0'];
    const program = start(['dev', ...where, '--persist-to', state, '--var', `ADMIN_KEY:${KEY}`]);
    void program.exited.then(() => rm(state, { recursive: true, force: true }));
    const status = `http://127.0.0.1:${port}/apisix/status`;
    const responds = async () => (await fetch(status).catch(() => null))?.ok === true;
    await until(responds, 60_000, 'wrangler dev to respond');
    return gatewayProcess({ runtime: 'workers', port, program, file: null, adminKey: KEY });
  },
};

function start(args: readonly string[], config: string = CONFIG): Program {
  const command = join(ROOT, 'node_modules/.bin/wrangler');
  return run(command, [...args, '--config', config], { env: QUIET, cwd: ROOT });
}
