import { mkdir, mkdtemp, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  onTestFinished,
} from 'vitest';
import { gatewayProcess } from '../runtimes/client.ts';
import { type GatewayProcess, KEY, type TestServerRuntime } from '../runtimes/runtime.ts';
import { logged } from '../support/log.ts';
import { origin, type Origin, route } from '../support/origin.ts';
import { line, run } from '../support/process.ts';
import { until } from '../support/until.ts';

const SWAPPER = fileURLToPath(new URL('../support/swapper.mjs', import.meta.url));

/**
 * In milliseconds. Users are promised a second; the tests only check that a change takes effect, also on a busy
 * machine.
 */
const EFFECT_MS = 20_000;
const FAILURES = 'gateway_route_reloads_total{result="failure"}';

const ALL = [beforeAll, afterAll] as const;

/** For tests that need fresh files: a retry then starts from the same files. */
const EACH = [beforeEach, afterEach] as const;

/** `routes.json`, changed by people, by deploys and by the admin API. */
export function routesFile(runtime: TestServerRuntime): void {
  let upstream: Origin;
  let folder: string;
  let file: string;
  let gateway: GatewayProcess;
  beforeAll(async () => {
    upstream = await origin();
  });
  afterAll(() => upstream.close());

  const at = (id: string, uri = `/${id}`) => ({ id, ...route(upstream, null, { uri }) });
  const text = (...ids: string[]) => JSON.stringify({ routes: ids.map((id) => at(id)) }, null, 2);
  const statusOf = async (path: string) => (await fetch(gateway.url + path)).status;
  const serves = (path: string, status = 200) =>
    until(async () => (await statusOf(path)) === status, EFFECT_MS, `${path} to be ${status}`);
  const failures = async () => (await gateway.metrics()).get(FAILURES) ?? 0;

  /** A gateway for all tests of one part, or for each; `prepare` runs before it starts. */
  function started(
    prepare: () => Promise<void> | void = () => {},
    [before, after]: typeof ALL | typeof EACH = ALL,
  ): void {
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'proxy-mirror-file-'));
      file = join(folder, 'routes.json');
      await prepare();
      gateway = await runtime.start({ folder });
    });
    after(async () => {
      await gateway.stop();
      await rm(folder, { recursive: true });
    });
  }

  describe('no file, and none was named', () => {
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'proxy-mirror-file-'));
      file = join(folder, 'routes.json');
      const env = { HOST: '127.0.0.1', PORT: '0', ADMIN_KEY: KEY };
      const program = runtime.launch(folder, { env, cwd: folder });
      const [, port] = await line(program, /listening on http:\S*:(\d+)/);
      const facts = { runtime: runtime.name, port: Number(port), adminKey: KEY };
      gateway = gatewayProcess({ ...facts, program, file });
    });
    afterEach(async () => {
      await gateway.stop();
      await rm(folder, { recursive: true });
    });

    it('is an empty table, ready, and created by the first write', async () => {
      expect((await fetch(`${gateway.url}/apisix/status/ready`)).status).toBe(200);
      expect(await statusOf('/a')).toBe(404);
      await expect(stat(file)).rejects.toThrow('ENOENT');
      await gateway.put('a', route(upstream, null, { uri: '/a' }));
      expect(await statusOf('/a')).toBe(200);
      const { value } = (await (await gateway.admin('admin/routes/a')).json()) as { value: object };
      expect(await readFile(file, 'utf8')).toBe(
        `${JSON.stringify({ routes: [value] }, null, 2)}\n`,
      );
    });
  });

  describe('a file that became invalid', () => {
    const mirror = { url: 'ftp://a' };
    started(() => writeFile(file, text('0')));
    beforeAll(async () => {
      const routes: object[] = ['1', '2', '3'].map((id) => at(id));
      routes.push({ ...route(upstream, mirror, { uri: '/7' }), id: '7' });
      const plugin = { host: 'http://a', sample_ratio: 10 };
      routes.push({ ...route(upstream, mirror, { uri: '/8', plugin }), id: 8 });
      await writeFile(file, JSON.stringify({ routes }));
    });

    it('changes nothing, and has every fault in the log once, with its place', async () => {
      const errors = () => logged(gateway.program).filter(({ level }) => level === 'ERROR');
      await until(() => errors().length > 0, EFFECT_MS, 'the faults in the log');
      // One log line holds both faults.
      expect(errors().length).toBe(1);
      expect(errors()[0]).toMatchObject({
        message: 'the routes were not read, those in force stay',
        properties: {
          place: file,
          faults: [
            expect.stringMatching(
              /^routes\[3\] \(id "7"\): plugins\.proxy-mirror\.host: failed to match/,
            ),
            'routes[4] (id 8): plugins.proxy-mirror.sample_ratio: expected 10 to be at most 1',
          ],
        },
      });
      expect(await failures()).toBe(1);
      expect(await statusOf('/0')).toBe(200);
      expect((await fetch(`${gateway.url}/apisix/status/ready`)).status).toBe(200);
    });

    it('is not overwritten by a write', async () => {
      const before = await readFile(file, 'utf8');
      const body = JSON.stringify(route(upstream, null, { uri: '/new' }));
      const put = await gateway.admin('admin/routes/new', { method: 'PUT', body });
      expect([put.status, await put.json()]).toEqual([
        503,
        { error_msg: expect.stringMatching(/^routes\.json: expected a valid .* 2 faults/) },
      ]);
      expect(await readFile(file, 'utf8')).toBe(before);
      expect(await statusOf('/new')).toBe(404);
    });

    it('recovers when the file is corrected', async () => {
      await writeFile(file, text('1'));
      await serves('/1');
      expect((await fetch(`${gateway.url}/apisix/status/ready`)).status).toBe(200);
    });
  });

  describe('a file that others change', () => {
    started(() => writeFile(file, text('first')));
    // Each test starts from a table that it writes itself.
    beforeEach(async ({ task }) => {
      const id = `t${task.id.replaceAll(/\W/g, '')}`;
      await writeFile(file, text(id));
      await serves(`/${id}`);
    });

    it('takes effect when written in place', async () => {
      await writeFile(file, text('in-place'));
      await serves('/in-place');
    });

    it('takes effect when renamed over', async () => {
      await writeFile(`${file}.new`, text('renamed'));
      await rename(`${file}.new`, file);
      await serves('/renamed');
    });

    it.each([
      { what: 'broken off', bad: '{"routes":[' },
      { what: 'empty', bad: '' },
      { what: 'with a fault', bad: '{"routes":[{"id":"1","uri":"a"}]}' },
      { what: 'of another kind', bad: '[]' },
    ])('keeps the last good table when an invalid one is written: $what', async ({ bad }) => {
      await writeFile(file, text('good'));
      await serves('/good');
      const before = await failures();
      await writeFile(file, bad);
      await until(async () => (await failures()) > before, EFFECT_MS, 'the failure to be counted');
      expect(await statusOf('/good')).toBe(200);
      expect((await fetch(`${gateway.url}/apisix/status/ready`)).status).toBe(200);
    });

    it('keeps the last good table when the file is removed', async () => {
      await writeFile(file, text('good'));
      await serves('/good');
      const before = await failures();
      await rm(file);
      await until(async () => (await failures()) > before, EFFECT_MS, 'the failure to be counted');
      expect(await statusOf('/good')).toBe(200);
    });

    it('keeps everything that a write does not change, in its place', async () => {
      const document = {
        $schema: './routes.schema.json',
        note: { z: 1, a: [1.5, null, 'é\u2028'] },
        routes: [{ ...at('c'), labels: { z: '1', a: '2' } }, at('a'), at('b')],
        last: true,
      };
      await writeFile(file, `${JSON.stringify(document, null, 4)}\n`);
      await serves('/c');
      await gateway.put('a', route(upstream, null, { uri: '/a-new' }));
      await gateway.put('d', route(upstream, null, { uri: '/d' }));
      expect((await gateway.admin('admin/routes/b', { method: 'DELETE' })).status).toBe(200);
      const valueOf = async (id: string) =>
        ((await (await gateway.admin(`admin/routes/${id}`)).json()) as { value: object }).value;
      const routes = [document.routes[0], await valueOf('a'), await valueOf('d')];
      expect(await readFile(file, 'utf8')).toBe(
        `${JSON.stringify({ ...document, routes }, null, 4)}\n`,
      );
    });
  });

  describe('a symlink that keeps switching', () => {
    const files = () => ['a', 'b'].map((name) => join(folder, `${name}.json`));
    started(async () => {
      for (const [i, one] of files().entries()) await writeFile(one, text(`base-${'ab'[i]}`));
      await symlink(files()[0]!, file);
    }, EACH);

    /** Retries, as the response asks the client to. */
    const put = (id: string) =>
      until(async () => {
        const body = JSON.stringify(route(upstream, null, { uri: `/${id}` }));
        const { status } = await gateway.admin(`admin/routes/${id}`, { method: 'PUT', body });
        expect([200, 201, 503]).toContain(status);
        return status !== 503;
      }, EFFECT_MS);

    it('loses no write, and neither file overwrites the other', async () => {
      const swapper = run(process.execPath, [SWAPPER, file, ...files()]);
      onTestFinished(() => swapper.signal('SIGKILL'));
      await line(swapper, /^swapping$/m);
      const ids = Array.from({ length: 30 }, (_, i) => `id-${i}`);
      for (const id of ids) await put(id);
      swapper.signal('SIGKILL');
      await swapper.exited;
      const [a, b] = await Promise.all(
        files().map(async (one) => {
          const { routes } = JSON.parse(await readFile(one, 'utf8')) as {
            routes: { id: string }[];
          };
          return routes.map(({ id }) => id);
        }),
      );
      expect([a![0], b![0]]).toEqual(['base-a', 'base-b']);
      expect([a!.includes('base-b'), b!.includes('base-a')]).toEqual([false, false]);
      expect([...a!, ...b!]).toEqual(expect.arrayContaining(ids));
    });
  });

  describe('a mounted ConfigMap', () => {
    async function version(name: string, ...ids: string[]): Promise<void> {
      await mkdir(join(folder, name));
      await writeFile(join(folder, name, 'routes.json'), text(...ids));
      await symlink(name, join(folder, '..data_tmp'));
      await rename(join(folder, '..data_tmp'), join(folder, '..data'));
    }
    started(async () => {
      await version('..v1', 'one');
      await symlink(join('..data', 'routes.json'), file);
    }, EACH);

    it('takes effect when its symlink is swapped', async () => {
      expect(await statusOf('/one')).toBe(200);
      await version('..v2', 'two');
      await serves('/two');
      expect(await statusOf('/one')).toBe(404);
    });
  });
}
