import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, runtimeProgram } from './paths.ts';
import type { TestServerRuntime } from './runtime.ts';
import { pathOf, serverRuntime } from './server.ts';

const config = join(ROOT, 'deno.json');

/** `deno task start`, with write permission for the test's folder instead of the checkout's. */
export const deno: TestServerRuntime = serverRuntime(
  'deno',
  (folder, { flags = [], args = [], env = {}, module }) => [
    runtimeProgram('deno'),
    ...startFlags().map((flag) =>
      flag.startsWith('--allow-write') ? `--allow-write=${folder}` : flag,
    ),
    ...flags,
    // As docs/running.md says: workers are processes.
    ...('WORKERS' in env || args.includes('--workers') ? ['--allow-run'] : []),
    '--config',
    config,
    pathOf(module, join(ROOT, 'src/cli/main.ts')),
  ],
  [
    runtimeProgram('deno'),
    'run',
    '--node-modules-dir=none',
    '--allow-net',
    '--allow-read',
    // `Resolver.setServers` needs it.
    '--allow-sys=networkInterfaces',
    '--config',
    config,
  ],
);

/** `run` and its permissions, from the task. */
function startFlags(): string[] {
  const { tasks } = JSON.parse(readFileSync(config, 'utf8')) as { tasks: { start: string } };
  return tasks.start.split(' ').slice(1, -1);
}
