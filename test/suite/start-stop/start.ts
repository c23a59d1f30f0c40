import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { gatewayProcess } from '../../runtimes/client.ts';
import {
  type GatewayProcess,
  type LaunchOptions,
  type TestServerRuntime,
} from '../../runtimes/runtime.ts';
import { origin, route } from '../../support/origin.ts';
import { line } from '../../support/process.ts';
import { until } from '../../support/until.ts';
import { linesOf } from './bad-settings.ts';

const READY =
  /proxy-mirror on (\w+), listening on (?:http:\/\/0\.0\.0\.0:\d+ \()?(http:\/\/127\.0\.0\.1:(\d+))\)? as /;

/** What a start prints, and where settings come from. */
export function start(runtime: TestServerRuntime, folder: () => string): void {
  /** Starts with just these settings; stops when the test ends. */
  async function launched(options: LaunchOptions): Promise<GatewayProcess> {
    const program = runtime.launch(folder(), options);
    onTestFinished(() => program.signal('SIGKILL'));
    const [, name, url, port] = await line(program, READY);
    expect([name, url]).toEqual([runtime.name, `http://127.0.0.1:${port}`]);
    const adminKey = options.env?.['ADMIN_KEY'] ?? null;
    return gatewayProcess({
      runtime: runtime.name,
      port: Number(port),
      program,
      file: null,
      adminKey,
    });
  }

  it('prefers every flag to its variable', async () => {
    const bad = { PORT: 'x', HOST: '256.0.0.1', ROUTES: '/nowhere/at/all' };
    const worse = {
      TRUSTED_PROXIES: 'x',
      MIRROR_MEMORY: 'x',
      SHUTDOWN_TIMEOUT: 'x',
      CLIENT_TIMEOUT: 'x',
      MAX_CONNECTIONS: 'x',
      LOG_LEVEL: 'x',
      LOG_FORMAT: 'x',
      SHUTDOWN_DELAY: 'x',
    };
    const byFlag = join(folder(), 'by-flag.json');
    await writeFile(byFlag, '{"routes":[]}');
    const flags = {
      port: '0',
      host: '127.0.0.1',
      routes: byFlag,
      'trusted-proxies': '127.0.0.0/8,::1',
      'mirror-memory': '1MiB',
      'shutdown-timeout': '0.5',
      'client-timeout': '10',
      'max-connections': '100',
      'log-level': 'silent',
      'log-format': 'json',
      'shutdown-delay': '0.1',
    };
    const args = Object.entries(flags).map(([flag, text]) => `--${flag}=${text}`);
    const gateway = await launched({ args, env: { ...bad, ...worse } });
    await gateway.put('1', { uri: '/a', plugins: {} });
    expect(await readFile(byFlag, 'utf8')).toContain('"uri": "/a"');
    expect(await gateway.stop()).toBe(0);
    expect(gateway.program.stdout().trim().split('\n').length).toBe(1);
    expect(linesOf(gateway.program.stderr())).toEqual([]);
  });

  it('ignores an empty variable', async () => {
    const env = { HOST: '', MIRROR_MEMORY: '', LOG_LEVEL: '', ADMIN_KEY: '', TRUSTED_PROXIES: '' };
    const gateway = await launched({ args: ['--port', '0'], env });
    // Without a key, this machine has access.
    expect((await fetch(`${gateway.url}/apisix/admin/routes`)).status).toBe(200);
  });

  it('routes and mirrors by flags alone, without a file', async () => {
    const [upstream, mirror] = await Promise.all([origin(), origin()]);
    onTestFinished(async () => void (await Promise.all([upstream.close(), mirror.close()])));
    const before = await readdir(folder());
    const flags = ['--port', '0', '--upstream', `${upstream.url}/`, '--mirror', mirror.url];
    const env = { ROUTES: join(folder(), 'unused.json') };
    const gateway = await launched({ args: [...flags, '--sample-ratio', '1'], env });
    const response = await fetch(`${gateway.url}/any/path?a=1`);
    expect([response.status, await response.text()]).toEqual([200, 'GET /any/path?a=1\n']);
    await until(() => mirror.seen.length === 1, 20_000, 'the copy');
    expect(mirror.seen[0]).toMatchObject({ method: 'GET', url: '/any/path?a=1' });
    // Routes are held in memory, and writes change them.
    const host = 'http://127.0.0.1:9';
    await gateway.put('1', route(upstream, { url: host }, { plugin: { sample_ratio: 0.5 } }));
    const { value } = (await (await gateway.admin('admin/routes/1')).json()) as { value: object };
    expect(value).toMatchObject({ plugins: { 'proxy-mirror': { host, sample_ratio: 0.5 } } });
    expect(await gateway.stop()).toBe(0);
    expect(await readdir(folder())).toEqual(before);
  });

  it('says so when the port is taken', async () => {
    const holder = await origin();
    onTestFinished(() => holder.close());
    const args = ['--host', '127.0.0.1', '--port', String(holder.port)];
    const program = runtime.launch(folder(), { args, env: { LOG_LEVEL: 'silent' } });
    expect(await program.exited).toBe(2);
    expect(linesOf(program.stderr())).toEqual([
      expect.stringMatching(
        new RegExp(
          `^proxy-mirror: cannot listen on 127\\.0\\.0\\.1 port ${holder.port}: .*in use`,
          'i',
        ),
      ),
    ]);
  });

  it('never prints the key', async () => {
    const routes = join(folder(), 'keyed.json');
    await writeFile(routes, '{"routes":[]}');
    const env = { ADMIN_KEY: 'top-secret-key', LOG_LEVEL: 'debug', PORT: '0', ROUTES: routes };
    const [upstream, gateway] = await Promise.all([origin(), launched({ env })]);
    onTestFinished(() => upstream.close());
    await gateway.put('1', route(upstream, { url: 'http://127.0.0.1:9' }));
    for (const key of ['top-secret-key', 'top-secret-key2']) {
      const headers = { 'x-api-key': key, authorization: `Bearer ${key}` };
      await fetch(`${gateway.url}/apisix/admin/routes`, { headers });
      await fetch(`${gateway.url}/any`, { headers });
      await gateway.admin('admin/routes/2', { method: 'PUT', body: key });
    }
    expect(await gateway.stop()).toBe(0);
    const refused = runtime.launch(folder(), { env: { ...env, PORT: 'x' } });
    expect(await refused.exited).toBe(2);
    for (const { stdout, stderr } of [gateway.program, refused]) {
      expect(stdout() + stderr()).not.toMatch(/top-secret/);
    }
    // There was output that the key could have leaked into.
    expect(gateway.program.stdout().length).toBeGreaterThan(200);
  });
}
