import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.ts';
import type { Report } from '../../src/compare/report/report.ts';
import { parseDocument } from '../../src/config/document.ts';
import { nodeRuntime } from '../../src/runtime/node.ts';
import type { FetchApp } from '../../src/runtime/server.ts';
import { origin, type Origin, route } from '../support/origin.ts';
import { logged, type Logged } from '../support/log.ts';
import { freePort, refuses } from '../support/ports.ts';
import { line, run } from '../support/process.ts';
import { blocksOf } from '../support/readme.ts';
import { until } from '../support/until.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

describe('the documents of routes in docs/', () => {
  it.each(blocksOf('docs/routes.md', 'json').map((block) => [block]))(
    'number %# is valid',
    (block) => {
      expect(parseDocument(block)).toMatchObject({ ok: true });
    },
  );
});

it('the command for Deno is the one of its task', () => {
  const { tasks } = JSON.parse(readFileSync(join(root, 'deno.json'), 'utf8')) as {
    tasks: { start: string };
  };
  expect(blocksOf('docs/running.md', 'sh')).toContain(`${tasks.start}\n`);
});

it('the line of the log that docs/ shows is one', async () => {
  const [shown] = blocksOf('docs/observing.md', 'jsonl').map(
    (block) => JSON.parse(block) as Logged,
  );
  const mirror = `http://127.0.0.1:${await freePort()}`;
  const args = ['--host', '127.0.0.1', '--port', '0', '--upstream', mirror, '--mirror', mirror];
  const gateway = run('node', [join(root, 'dist/cli/main.js'), ...args]);
  const [, port] = await line(gateway, /listening on http:\S*:(\d+) as /);
  await fetch(`http://127.0.0.1:${port}${String(shown!.properties['path'])}`, {
    headers: { 'x-request-id': String(shown!.properties['requestId']) },
  });
  const isWarning = ({ message }: Logged) => message.startsWith('copy to');
  await until(() => logged(gateway).some(isWarning));
  gateway.signal('SIGTERM');
  await gateway.exited;
  // What differs is when, where to, and the only route there is.
  const text = JSON.stringify(logged(gateway).find(isWarning)).replaceAll(
    mirror,
    `http://${MIRROR}`,
  );
  expect(JSON.parse(text.replaceAll(mirror.slice(7), MIRROR))).toEqual({
    ...shown,
    '@timestamp': expect.any(String),
    properties: { ...shown!.properties, route: '1', seconds: expect.any(Number) },
  });
});

/** Programs of a page that not every machine has. */
const lacks = (...programs: string[]) =>
  programs.some((program) => spawnSync(program, ['version']).error !== undefined);

it.skipIf(lacks('openssl', 'curl'))(
  'the certificate that docs/ makes for a trial is trusted',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'proxy-mirror-tls-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const block = blocksOf('docs/running.md', 'sh').find((text) => text.startsWith('openssl req'))!;
    const [, make, ask] = /^(openssl .*?[^\\]\n)(.*)$/s.exec(block)!;
    const shell = (script: string) => run('sh', ['-ec', `cd ${folder}\n${script}`]);
    const made = shell(make!);
    expect([await made.exited, made.stdout()]).toEqual([0, '']);
    const main = `node ${join(root, 'dist/cli/main.js')}`;
    const urls = '--upstream http://127.0.0.1:1 --mirror http://127.0.0.1:1';
    const gateway = shell(
      `exec ${main} --host 127.0.0.1 --port 0 --tls-port 0 --tls-cert tls.crt --tls-key tls.key ${urls}`,
    );
    const [, port] = await line(gateway, /https:\/\/127\.0\.0\.1:(\d+)/);
    const asked = shell(ask!.replaceAll('9443', port!).replace('proxy-mirror', main));
    expect([await asked.exited, asked.stdout()]).toEqual([
      0,
      // There is no upstream.
      expect.stringMatching(/^.*502.*no response was compared yet/s),
    ]);
    gateway.signal('SIGTERM');
    await gateway.exited;
  },
);

it.skipIf(lacks('curl'))('the lines that ask a running gateway do what they say', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'proxy-mirror-ignore-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const [upstream, mirror] = await Promise.all([
    origin((_, response) => response.end('{"updated_at": 1}')),
    origin((_, response) => response.end('{"updated_at": 2}')),
  ]);
  const compare = { ignore: ['/updated_at'], keep: 1 };
  const routes = [{ id: '1', ...route(upstream, mirror, { plugin: { compare } }) }];
  await writeFile(join(folder, 'routes.json'), JSON.stringify({ routes }));
  const args = ['--host', '127.0.0.1', '--port', '0', '--routes', join(folder, 'routes.json')];
  const gateway = run('node', [join(root, 'dist/cli/main.js'), ...args]);
  onTestFinished(async () => {
    gateway.signal('SIGKILL');
    await Promise.all([gateway.exited, upstream.close(), mirror.close()]);
  });
  const [, url] = await line(gateway, /listening on (http:\S+) as /);
  const counts = async () => {
    const response = await fetch(`${url}/apisix/admin/report`);
    const { mirrors } = (await response.json()) as Report;
    return mirrors.map(({ pairs, different }) => [pairs, different])[0];
  };
  const counted = async (expected: readonly number[]) => {
    await (await fetch(`${url}/a`)).text();
    await until(async () => (await counts())?.[0] === expected[0]);
    expect(await counts()).toEqual(expected);
  };
  await counted([1, 0]);
  const asked = async (command: string) => {
    const shell = run('sh', ['-c', command.replace('http://127.0.0.1:9080', url!)]);
    expect(await shell.exited).toBe(0);
    return shell.stdout();
  };
  const blocks = blocksOf('docs/comparing.md', 'sh');
  const changed = await asked(blocks.find((text) => text.includes('/ignore'))!);
  expect(JSON.parse(changed)).toMatchObject({
    value: { plugins: { 'proxy-mirror': { compare: { ignore: [], keep: 1 } } } },
  });
  await counted([2, 1]);

  await asked(blocks.find((text) => text.includes('DELETE'))!);
  await counted([1, 1]);

  const { notes = [] } = COMMANDS.find(({ name }) => name === 'explain')!;
  const explained = await asked(notes.find((note) => note.includes('curl'))!);
  expect(JSON.parse(explained)).toMatchObject({ request: { path: '/cart' }, route: '1' });
});

/** The addresses in the examples; a test needs ones that are free. */
const UPSTREAM = '127.0.0.1:1999';
const MIRROR = '127.0.0.1:9797';

describe('the programs of README and docs', () => {
  let folder: string;
  let upstream: Origin;
  let mirror: Origin;
  /** In place of the port 3000. */
  let ownPort: number;

  /** A project of somebody who installed the package: compiled by its own tsc, run by Node. */
  beforeAll(async () => {
    [folder, upstream, mirror, ownPort] = await Promise.all([
      mkdtemp(join(tmpdir(), 'proxy-mirror-readme-')),
      origin(),
      origin(),
      freePort(),
    ]);
    const modules = join(folder, 'node_modules');
    for (const scope of ['@types', '@hono']) await mkdir(join(modules, scope), { recursive: true });
    const links = { 'proxy-mirror': root, hono: join(root, 'node_modules/hono') };
    for (const [name, target] of Object.entries(links)) await symlink(target, join(modules, name));
    for (const name of ['@types/node', '@hono/node-server'])
      await symlink(join(root, 'node_modules', name), join(modules, name));
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
    for (const page of ['README', 'docs/library'])
      for (const [i, block] of blocksOf(`${page}.md`, 'ts').entries()) {
        const program = block
          .replace(UPSTREAM, upstream.node)
          .replace(MIRROR, mirror.node)
          .replace('sample_ratio: 0.1', 'sample_ratio: 1')
          .replace('port: 3000', `port: ${ownPort}`);
        await writeFile(join(folder, `${page.replace('docs/', '')}-${i}.ts`), program);
      }
    const compilerOptions = { module: 'nodenext', strict: true, target: 'es2022', outDir: 'out' };
    const config = { compilerOptions: { ...compilerOptions, types: ['node'] } };
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config));
    const tsc = run(join(root, 'node_modules/.bin/tsc'), ['-p', folder]);
    expect([await tsc.exited, tsc.stdout()]).toEqual([0, '']);
  });
  afterAll(async () => {
    await Promise.all([upstream.close(), mirror.close()]);
    await rm(folder, { recursive: true });
  });

  const example = (name: string) =>
    import(/* @vite-ignore */ pathToFileURL(join(folder, `out/${name}.js`)).href);

  /** Serves what an example exports, on our listener. */
  async function serve(app: FetchApp) {
    return nodeRuntime().listen({ app, hostname: '127.0.0.1', port: 0 });
  }

  beforeEach(() => void (mirror.seen.length = 0));

  it('run a gateway', async () => {
    const log = vi.spyOn(console, 'log').mockReturnValue();
    const { port, close } = await example('library-4');
    const response = await fetch(`http://127.0.0.1:${port}/hello?7`, {
      headers: { 'x-request-id': 'id-7' },
    });
    expect(await response.text()).toBe('GET /hello?7\n');
    await until(() => mirror.seen.length > 0);
    await close();
    expect(log).toHaveBeenCalledWith('id-7', mirror.url, 200, expect.any(Number));
    log.mockRestore();
  });

  it('stop an app', async () => {
    const { close } = await example('library-3');
    const response = await fetch(`http://127.0.0.1:${ownPort}/hello`);
    expect(await response.text()).toBe('hello');
    await close();
    expect(mirror.seen).toMatchObject([{ url: '/hello' }]);
    expect(await refuses(ownPort)).toBe(true);
  });

  it('compare what an app responds', async () => {
    const warn = vi.spyOn(console, 'warn').mockReturnValue();
    const { default: app } = await example('library-2');
    const { port, stop } = await serve(app);
    const response = await fetch(`http://127.0.0.1:${port}/hello?7`, {
      headers: { 'x-request-id': 'id-7' },
    });
    expect(await response.json()).toEqual({ price: 1 });
    await until(() => warn.mock.calls.length > 0);
    const differences = expect.arrayContaining([expect.objectContaining({ place: '' })]);
    expect(warn).toHaveBeenCalledWith('id-7', '/hello?7', differences);
    warn.mockRestore();
    await stop();
  });

  it('extend a gateway', async () => {
    const log = vi.spyOn(console, 'log').mockReturnValue();
    const { default: gateway } = await example('library-5');
    const { port, stop } = await serve(gateway);
    const textOf = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).text();
    expect([await textOf('/healthz'), await textOf('/hello')]).toEqual(['ok', 'GET /hello\n']);
    await until(() => mirror.seen.length === 1);
    expect(log).toHaveBeenCalledWith('<-- GET /hello');
    log.mockRestore();
    await stop();
  });

  it.each(['README-0', 'library-0', 'library-1'])('mirror an app: %s', async (name) => {
    const { default: app } = await example(name);
    const { port, stop } = await serve(app);
    const response = await fetch(`http://127.0.0.1:${port}/api/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"tea":2}',
    });
    expect([response.status, await response.json()]).toEqual([201, { ordered: { tea: 2 } }]);
    await until(() => mirror.seen.length === 1);
    expect(mirror.seen[0]).toMatchObject({ method: 'POST', url: '/api/orders' });
    expect(mirror.seen[0]!.body.toString()).toBe('{"tea":2}');
    await stop();
  });
});
