import { writeFile } from 'node:fs/promises';
import { expect, it, onTestFinished } from 'vitest';
import type { TestServerRuntime } from '../../runtimes/runtime.ts';
import type { Logged } from '../../support/log.ts';
import { origin, route } from '../../support/origin.ts';
import { freePort, refuses } from '../../support/ports.ts';
import { line } from '../../support/process.ts';
import { until } from '../../support/until.ts';

const LIMIT_MS = 20_000;
const TIME = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`;

/** How the log looks. */
export function logFormat(runtime: TestServerRuntime, folder: () => string): void {
  async function started(LOG_FORMAT?: string) {
    const upstream = await origin();
    const mirror = `http://127.0.0.1:${await freePort()}`;
    const gateway = await runtime.start({
      routes: [{ id: 'a', ...route(upstream, { url: mirror }) }],
      env: LOG_FORMAT === undefined ? {} : { LOG_FORMAT },
    });
    onTestFinished(async () => {
      gateway.program.signal('SIGKILL');
      await upstream.close();
    });
    return { gateway, mirror };
  }

  it('text has a line for each event, and one for each fault below it', async () => {
    const { gateway, mirror } = await started('text');
    await fetch(`${gateway.url}/x%0A2026-05-04T10:12:31.402Z%20ERROR%20forged`, {
      headers: { 'x-request-id': 'mine' },
    });
    const warning = new RegExp(`^${TIME} WARN  copy to ${mirror} failed: connect  .*$`, 'm');
    await until(() => warning.test(gateway.program.stderr()), LIMIT_MS, 'the warning');
    expect(warning.exec(gateway.program.stderr())![0]).toMatch(
      / requestId=mine .* method=GET path=\/x%0A2026-05-04T10:12:31\.402Z%20ERROR%20forged /,
    );
    await writeFile(gateway.file!, '{"routes":[{"id":"\\u001b[1m\\n7"}]}');
    const fault = /^ {2}routes\[0\] \(id "\\u001b\[1m\\n7"\): id: /m;
    await until(() => fault.test(gateway.program.stderr()), LIMIT_MS, 'the fault');
    expect(gateway.program.stderr()).toMatch(
      new RegExp(
        `^${TIME} ERROR the routes were not read, those in force stay  place=${gateway.file!}\n  routes`,
        'm',
      ),
    );
    expect(await gateway.stop()).toBe(0);
    const { stdout, stderr } = gateway.program;
    expect(stdout()).toMatch(new RegExp(`^${TIME} INFO  1 route in force$`, 'm'));
    expect(stdout() + stderr()).not.toContain('{"@timestamp"');
    // oxlint-disable-next-line no-control-regex
    expect(stderr()).not.toMatch(/\u001b/);
  });

  it('auto is text on a terminal, which ends the gateway when it is closed', async () => {
    const options = { args: ['--port', '0', '--host', '127.0.0.1'], cwd: folder() };
    const program = runtime.launch(folder(), { ...options, terminal: true });
    onTestFinished(() => program.signal('SIGKILL'));
    const [, port] = await line(program, /listening on http:\S*:(\d+)/);
    expect(program.stdout()).toMatch(new RegExp(`^${TIME} INFO  0 routes in force\r?$`, 'm'));
    expect(program.stdout()).not.toContain('{"@timestamp"');
    program.child.kill('SIGKILL');
    await until(() => refuses(Number(port)), LIMIT_MS, 'the port to be free');
  });

  it.each([['auto'], ['json'], [undefined]])(
    '%s is JSON where there is no terminal',
    async (how) => {
      const { gateway } = await started(how);
      expect(await gateway.stop()).toBe(0);
      const lines = gateway.program.stdout().split('\n');
      // What `bun start` says of itself.
      const own = lines.filter((text) => text !== '' && !text.startsWith('$ '));
      const { port } = gateway;
      expect(own.map((text) => JSON.parse(text) as Logged)).toMatchObject([
        { message: '1 route in force' },
        {
          level: 'INFO',
          message: expect.stringMatching(
            /^proxy-mirror on \w+, listening on http:.* as process \d+$/,
          ),
          properties: { runtime: runtime.name, hostname: '127.0.0.1', port },
        },
        { message: 'stopping: finishing requests and copies' },
      ]);
    },
  );
}
