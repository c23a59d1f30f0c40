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

/** Runs a wrangler command to its end and returns its output. */
export async function wrangler(args: readonly string[]): Promise<string> {
  const program = start(args);
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

function start(args: readonly string[]): Program {
  const command = join(ROOT, 'node_modules/.bin/wrangler');
  return run(command, [...args, '--config', CONFIG], { env: QUIET, cwd: ROOT });
}
