import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { line, type Program, run } from '../support/process.ts';
import { gatewayProcess } from './client.ts';
import { KEY, type LaunchOptions, type RuntimeName, type TestServerRuntime } from './runtime.ts';

const EMPTY = '{\n  "routes": []\n}\n';

/** A runtime whose gateway is a server with a routes file: all but Workers. */
export function serverRuntime(
  name: RuntimeName,
  command: (
    folder: string,
    options: Pick<LaunchOptions, 'flags' | 'cwd' | 'args' | 'env' | 'module'>,
  ) => readonly [program: string, ...args: string[]],
  interpreter: readonly [program: string, ...args: string[]],
): TestServerRuntime {
  function launch(folder: string, options: LaunchOptions): Program {
    const { args = [], env = {}, descriptors, cwd, terminal = false, stdin } = options;
    const whole = [...limitedTo(descriptors), ...command(folder, options), ...args];
    const [program, ...rest] = terminal ? onTerminal(whole) : whole;
    return run(program!, rest, {
      env,
      ...(cwd !== undefined && { cwd }),
      ...(stdin !== undefined && { stdin }),
    });
  }

  return {
    name,
    launch,
    script(file, given = [], most = undefined) {
      const [program, ...args] = [...limitedTo(most), ...interpreter];
      return run(program!, [...args, fileURLToPath(file), ...given]);
    },
    async start({ routes, document, adminKey = KEY, env = {}, ...options } = {}) {
      const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'proxy-mirror-')));
      const file = join(folder, 'routes.json');
      const text = document ?? (routes && JSON.stringify({ routes }, null, 2));
      // A file that the gateway is told of has to be there.
      const missing = text === undefined && !existsSync(file);
      if (text !== undefined || missing) await writeFile(file, text ?? EMPTY);
      const started = launch(folder, {
        env: {
          HOST: '127.0.0.1',
          PORT: '0',
          ROUTES: file,
          ...(adminKey !== null && { ADMIN_KEY: adminKey }),
          ...env,
        },
        ...(options.flags && { flags: options.flags }),
        ...(options.descriptors && { descriptors: options.descriptors }),
      });
      if (options.folder === undefined)
        void started.exited.then(() => rm(folder, { recursive: true, force: true }));
      const [, port] = await line(started, /listening on http:\/\/[^\s"]*:(\d+)\b/);
      return gatewayProcess({
        runtime: name,
        port: Number(port),
        program: started,
        file,
        adminKey,
      });
    },
  };
}

/** What a runtime is to run: the module that is asked for, or else its own. */
export function pathOf(module: URL | undefined, own: string): string {
  return module === undefined ? own : fileURLToPath(module);
}

/** A command that runs another one on a terminal. */
function onTerminal(command: readonly string[]): readonly string[] {
  const words = command.map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`);
  return ['script', '--quiet', '--return', '--command', `exec ${words.join(' ')}`, '/dev/null'];
}

/** A command prefix that limits the number of descriptors. */
function limitedTo(descriptors: number | undefined): readonly string[] {
  return descriptors === undefined
    ? []
    : ['sh', '-c', `ulimit -n ${descriptors} && exec "$@"`, 'sh'];
}
