import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { unstable_getMiniflareWorkerOptions as workerOptions } from 'wrangler';
import { CONFIG, wrangler } from '../../../test/runtimes/wrangler.ts';

/** Path of the script that `wrangler deploy` would upload for `file` with our own configuration. */
export async function bundleOf(file: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-worker-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const script = fileURLToPath(new URL(file, import.meta.url));
  await wrangler(['deploy', script, '--dry-run', '--outdir', folder]);
  return join(folder, file.replace(/\.mjs$/, '.js'));
}

/** Options for Miniflare to run a bundle like ours, with the given bindings. */
export function optionsOf(script: string, bindings: Readonly<Record<string, string>>): object {
  const { bindings: _, ...configured } = workerOptions(CONFIG).workerOptions;
  return {
    ...configured,
    bindings,
    name: 'worker',
    modules: [{ type: 'ESModule', path: script }],
    modulesRoot: dirname(script),
    host: '127.0.0.1',
    port: 0,
    cf: false,
  };
}
