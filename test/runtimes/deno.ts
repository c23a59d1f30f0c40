import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, runtimeProgram } from './paths.ts';
import type { TestServerRuntime } from './runtime.ts';
import { serverRuntime } from './server.ts';

const config = join(ROOT, 'deno.json');

/** `deno task start`, with write permission for the test's folder in place of the checkout's. */
export const deno: TestServerRuntime = serverRuntime(
  'deno',
  (folder, flags) => [
    runtimeProgram('deno'),
    ...startFlags().map((flag) =>
      flag.startsWith('--allow-write') ? `--allow-write=${folder}` : flag,
    ),
    ...flags,
    '--config',
    config,
    join(ROOT, 'src/cli/main.ts'),
  ],
  [
    runtimeProgram('deno'),
    'run',
    '--node-modules-dir=none',
    '--allow-net',
    '--allow-read',
    // What `Resolver.setServers` asks for.
    '--allow-sys=networkInterfaces',
    '--config',
    config,
  ],
);

/** `run` and its permissions, as the task has them. */
function startFlags(): string[] {
  const { tasks } = JSON.parse(readFileSync(config, 'utf8')) as { tasks: { start: string } };
  return tasks.start.split(' ').slice(1, -1);
}
