import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { line, run } from '../support/process.ts';
import { gatewayProcess } from './client.ts';
import { KEY, type RuntimeName, type TestRuntime } from './runtime.ts';

/** A runtime whose gateway is a server with a file of routes: everything but Workers. */
export function serverRuntime(
  name: RuntimeName,
  command: (folder: string) => readonly [program: string, ...args: string[]],
): TestRuntime {
  return {
    name,
    async start({ routes, adminKey = KEY, env = {} } = {}) {
      const folder = await mkdtemp(join(tmpdir(), 'proxy-mirror-'));
      const file = join(folder, 'routes.json');
      if (routes !== undefined) await writeFile(file, JSON.stringify({ routes }, null, 2));
      const [program, ...args] = command(folder);
      const started = run(program, args, {
        env: {
          HOST: '127.0.0.1',
          PORT: '0',
          ROUTES: file,
          ...(adminKey !== null && { ADMIN_KEY: adminKey }),
          ...env,
        },
      });
      void started.exited.then(() => rm(folder, { recursive: true, force: true }));
      const [, port] = await line(started, /listening on http:\/\/[^\s]*:(\d+)\b/);
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
