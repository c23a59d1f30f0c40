import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parseDocument } from '../../src/config/document.ts';
import { nodeRuntime } from '../../src/runtime/node.ts';
import { origin, type Origin } from '../support/origin.ts';
import { logged, type Logged } from '../support/log.ts';
import { freePort } from '../support/ports.ts';
import { line, run } from '../support/process.ts';
import { readmeBlocks } from '../support/readme.ts';
import { until } from '../support/until.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

describe("the README's documents", () => {
  it.each(readmeBlocks('json').map((block) => [block]))('number %# is valid', (block) => {
    expect(parseDocument(block)).toMatchObject({ ok: true });
  });
});

it("the README's command for Deno is the task's", () => {
  const { tasks } = JSON.parse(readFileSync(join(root, 'deno.json'), 'utf8')) as {
    tasks: { start: string };
  };
  expect(readmeBlocks('sh')).toContain(`${tasks.start}\n`);
});

it("the README's line of the log is one", async () => {
  const [shown] = readmeBlocks('jsonl').map((block) => JSON.parse(block) as Logged);
  const mirror = `http://127.0.0.1:${await freePort()}`;
  const args = ['--host', '127.0.0.1', '--port', '0', '--upstream', mirror, '--mirror', mirror];
  const gateway = run('node', [join(root, 'dist/cli/main.js'), ...args]);
  const [, port] = await line(gateway, /listening on http:.*:(\d+)/);
  await fetch(`http://127.0.0.1:${port}${String(shown!.properties['path'])}`, {
    headers: { 'x-request-id': String(shown!.properties['requestId']) },
  });
  const isWarning = ({ level }: Logged) => level === 'WARN';
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

/** The README's addresses are those of its example; a test needs ones that are free. */
const UPSTREAM = '127.0.0.1:1999';
const MIRROR = '127.0.0.1:9797';

describe("the README's programs", () => {
  let folder: string;
  let upstream: Origin;
  let mirror: Origin;

  /** A project of somebody who installed the package: compiled by its own tsc, run by Node. */
  beforeAll(async () => {
    [folder, upstream, mirror] = await Promise.all([
      mkdtemp(join(tmpdir(), 'proxy-mirror-readme-')),
      origin(),
      origin(),
    ]);
    const modules = join(folder, 'node_modules');
    await mkdir(join(modules, '@types'), { recursive: true });
    const links = { 'proxy-mirror': root, hono: join(root, 'node_modules/hono') };
    for (const [name, target] of Object.entries(links)) await symlink(target, join(modules, name));
    await symlink(join(root, 'node_modules/@types/node'), join(modules, '@types/node'));
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
    for (const [i, block] of readmeBlocks('ts').entries()) {
      const program = block.replace(UPSTREAM, upstream.node).replace(MIRROR, mirror.node);
      await writeFile(join(folder, `example-${i}.ts`), program);
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

  const example = (i: number) =>
    import(/* @vite-ignore */ pathToFileURL(join(folder, `out/example-${i}.js`)).href);

  it('run a gateway', async () => {
    const log = vi.spyOn(console, 'log').mockReturnValue();
    const { port, stop } = await example(0);
    const answers = Array.from({ length: 200 }, (_, i) =>
      fetch(`http://127.0.0.1:${port}/hello?${i}`, { headers: { 'x-request-id': `id-${i}` } }).then(
        (response) => response.text(),
      ),
    );
    expect((await Promise.all(answers))[7]).toBe('GET /hello?7\n');
    // A tenth is copied; that none of 200 is would happen once in a billion runs.
    await until(() => mirror.seen.length > 0);
    await stop();
    const id = mirror.seen[0]!.headers['x-request-id'];
    expect(log).toHaveBeenCalledWith(id, mirror.url, 200, expect.any(Number));
    log.mockRestore();
  });

  it('mirror an app', async () => {
    const { default: app } = await example(1);
    const waitUntil = (work: Promise<unknown>) => void work;
    const listening = await nodeRuntime().listen({
      app: { fetch: (request, env, context) => app.fetch(request, env, context), waitUntil },
      hostname: '127.0.0.1',
      port: 0,
    });
    mirror.seen.length = 0;
    const response = await fetch(`http://127.0.0.1:${listening.port}/api/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"tea":2}',
    });
    expect([response.status, await response.json()]).toEqual([201, { ordered: { tea: 2 } }]);
    await until(() => mirror.seen.length === 1);
    expect(mirror.seen[0]).toMatchObject({ method: 'POST', url: '/api/orders' });
    expect(mirror.seen[0]!.body.toString()).toBe('{"tea":2}');
    await listening.stop();
  });
});
