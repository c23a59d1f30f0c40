import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { TestServerRuntime } from '../runtimes/runtime.ts';
import { origin, type Origin, route } from '../support/origin.ts';
import type { Program } from '../support/process.ts';
import { until } from '../support/until.ts';

/** `--host unix:/path`. */
export function unixSocket(runtime: TestServerRuntime): void {
  let folder: string;
  let path: string;
  let upstream: Origin;
  let mirror: Origin;
  const programs: Program[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'proxy-mirror-socket-'));
    path = join(folder, 'gateway.sock');
    [upstream, mirror] = await Promise.all([origin(), origin()]);
    const document = { routes: [{ id: '1', ...route(upstream, mirror, { uri: '/*' }) }] };
    await writeFile(join(folder, 'routes.json'), JSON.stringify(document));
  });
  afterEach(async () => {
    for (const program of programs.splice(0)) {
      program.signal('SIGKILL');
      await program.exited;
    }
  });
  afterAll(async () => {
    await Promise.all([upstream.close(), mirror.close()]);
    await rm(folder, { recursive: true });
  });

  function launch(env: Readonly<Record<string, string>> = {}, at = path): Program {
    const program = runtime.launch(folder, {
      args: ['--host', `unix:${at}`, '--routes', join(folder, 'routes.json')],
      env: { LOG_FORMAT: 'text', ...env },
      cwd: folder,
    });
    programs.push(program);
    return program;
  }
  async function start(env?: Readonly<Record<string, string>>): Promise<Program> {
    const program = launch(env);
    await until(() => program.stdout().includes(`listening on unix:${path}`), 20_000, 'a start');
    return program;
  }
  function ask(target: string, headers: Readonly<Record<string, string>> = {}): Promise<number> {
    return new Promise((resolve, reject) => {
      const options = {
        socketPath: path,
        path: target,
        headers: { host: 'localhost', ...headers },
      };
      request({ ...options, agent: false }, (response) => {
        response.resume().once('end', () => resolve(response.statusCode!));
      })
        .once('error', reject)
        .end();
    });
  }
  async function forwardedFor(target: string): Promise<unknown[]> {
    const seen = ({ seen: all }: Origin) => all.find(({ url }) => url === target);
    await until(() => seen(upstream) !== undefined && seen(mirror) !== undefined);
    return [upstream, mirror].map((server) => {
      const { headers } = seen(server)!;
      return [headers['x-forwarded-for'], headers['x-real-ip']];
    });
  }
  const unknown = [undefined, undefined];

  it('serves clients, who have no address, and the control plane', async () => {
    const program = await start();
    expect(await ask('/plain')).toBe(200);
    expect(await forwardedFor('/plain')).toEqual([unknown, unknown]);
    expect(await ask('/apisix/admin/routes')).toBe(200);
    expect(await ask('/apisix/admin/routes', { host: 'a.test' })).toBe(403);
    program.signal('SIGTERM');
    expect(await program.exited).toBe(0);
    expect(existsSync(path)).toBe(false);
  });

  it('believes what they say of their clients if they are trusted', async () => {
    await start({ TRUSTED_PROXIES: 'unix:', ADMIN_PORT: '0' });
    expect(await ask('/proxied', { 'x-forwarded-for': '192.0.2.9' })).toBe(200);
    const client = ['192.0.2.9', '192.0.2.9'];
    expect(await forwardedFor('/proxied')).toEqual([client, client]);
    // That has a port, at which this machine alone gets in.
    expect(programs[0]!.stdout()).toMatch(/control plane on http:\/\/127\.0\.0\.1:\d+/);
  });

  it('takes the place of one that a killed process left, and of none that is in use', async () => {
    const killed = await start();
    killed.signal('SIGKILL');
    await killed.exited;
    expect(existsSync(path)).toBe(true);
    await start();
    expect(await ask('/again')).toBe(200);
    const second = launch();
    expect(await second.exited).toBe(2);
    expect(second.stderr()).toContain(`cannot listen on unix:${path}: `);
    expect(await ask('/still')).toBe(200);
  });

  it('takes the place of no other file', async () => {
    const file = join(folder, 'a-file');
    await writeFile(file, 'kept');
    const program = launch({}, file);
    expect(await program.exited).toBe(2);
    expect(existsSync(file)).toBe(true);
  });

  it.each([
    [
      '',
      {},
      /^proxy-mirror: --host: expected unix: and a path of at most 107 bytes, found "unix:"$/m,
    ],
    ['/'.repeat(108), {}, /: expected unix: and a path of at most 107 bytes, found /],
    [
      '/a',
      { TLS_PORT: '0', TLS_CERT: 'a', TLS_KEY: 'b' },
      /: TLS_PORT: expected a HOST that is an/,
    ],
  ])('says what it expects of unix:%s', async (at, env, line) => {
    const program = launch(env, at);
    expect(await program.exited).toBe(2);
    expect(program.stderr()).toMatch(line);
  });
}
