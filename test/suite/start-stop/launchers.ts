import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { ROOT, runtimeProgram } from '../../runtimes/paths.ts';
import type { RuntimeName, TestServerRuntime } from '../../runtimes/runtime.ts';
import { refuses } from '../../support/ports.ts';
import { line, run } from '../../support/process.ts';
import { until } from '../../support/until.ts';

type Command = readonly [what: string, program: string, ...args: string[]];

/** The commands of the README, and those of a unit file or container. */
const COMMANDS: Readonly<Partial<Record<RuntimeName, readonly Command[]>>> = {
  node: [
    ['npm start', 'npm', 'start', '--', '--port', '0'],
    ['npm run demo', 'npm', 'run', 'demo', '--', '--port', '0'],
  ],
  bun: [
    ['bun start', runtimeProgram('bun'), 'start', '--port', '0'],
    ['bun run demo', runtimeProgram('bun'), 'run', 'demo', '--port', '0'],
  ],
  deno: [['deno task start', runtimeProgram('deno'), 'task', 'start', '--port', '0']],
};

/** A signal to the started program alone ends all of its processes. */
export function launchers(runtime: TestServerRuntime, folder: () => string): void {
  const cases = COMMANDS[runtime.name]!.flatMap((command) =>
    (['SIGTERM', 'SIGINT'] as const).map((signal) => [command[0], signal, command] as const),
  );

  it.each(cases)('%s and %s: ends, and frees the port', async (_, signal, [, program, ...args]) => {
    const routes = join(folder(), 'routes.json');
    await writeFile(routes, '{"routes":[]}');
    const env = { HOST: '127.0.0.1', ROUTES: routes, NO_COLOR: '1' };
    const launched = run(program, args, { env, cwd: ROOT });
    onTestFinished(() => launched.signal('SIGKILL'));
    const [, port] = await line(
      launched,
      /(?:listening on|^gateway) +http:\/\/127\.0\.0\.1:(\d+)/m,
    );
    launched.child.kill(signal);
    expect(await launched.exited).toBe(0);
    await until(() => refuses(Number(port)), 10_000, 'the port to be free');
  });
}
