import { readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { ROOT, runtimeProgram } from './runtimes/paths.ts';
import { logged } from './support/log.ts';
import { line, run } from './support/process.ts';
import { until } from './support/until.ts';

const LISTENING = /proxy-mirror on deno, listening on (http:\/\/[\w.:]+)/;

/** Milliseconds for checking the types of all sources, on a busy machine. */
const CHECK_MS = 120_000;

/** What Deno users have: the sources and deno.json, with or without npm's folder. */
describe.each([{ modules: 'without node_modules' }, { modules: 'with node_modules' }])(
  'Deno starts $modules',
  ({ modules }) => {
    let folder: string;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'proxy-mirror-deno-'));
      await cp(join(ROOT, 'src'), join(folder, 'src'), { recursive: true });
      await cp(join(ROOT, 'deno.json'), join(folder, 'deno.json'));
      if (modules === 'with node_modules') {
        await cp(join(ROOT, 'package.json'), join(folder, 'package.json'));
        await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
      }
    });
    afterAll(() => rm(folder, { recursive: true }));

    it('without looking at what only npm installs', async () => {
      const config = JSON.parse(await readFile(join(folder, 'deno.json'), 'utf8')) as object;
      // With any other value `deno task` first resolves all of package.json, over the network.
      expect(config).toMatchObject({ nodeModulesDir: 'manual' });
      expect(await taskCommand(folder)).toContain('--node-modules-dir=none');
    });

    it.each([
      { by: 'deno task start', args: () => Promise.resolve(['task', 'start']) },
      { by: 'deno run', args: () => taskCommand(folder) },
    ])('by $by, with permissions enough to write routes', async ({ args }) => {
      expect(await taskCommand(folder)).toContain('--node-modules-dir=none');
      const program = run(runtimeProgram('deno'), await args(), {
        cwd: folder,
        env: { HOST: '127.0.0.1', PORT: '0' },
      });
      onTestFinished(() => program.signal('SIGKILL'));
      const [, url] = await line(program, LISTENING);
      const written = await fetch(`${url}/apisix/admin/routes/1`, {
        method: 'PUT',
        body: JSON.stringify({ uri: '/a', plugins: {} }),
      });
      expect(written.ok).toBe(true);
      const { routes } = JSON.parse(await readFile(join(folder, 'routes.json'), 'utf8')) as {
        routes: object[];
      };
      expect(routes).toEqual([expect.objectContaining({ id: '1', uri: '/a' })]);
      program.signal('SIGTERM');
      expect(await program.exited).toBe(0);
    });

    it(
      'and finds nothing wrong with its types',
      async () => {
        const check = run(runtimeProgram('deno'), ['task', 'check'], { cwd: folder });
        expect([await check.exited, check.stderr()]).toEqual([0, expect.any(String)]);
      },
      CHECK_MS,
    );

    it('without asking for every permission', async () => {
      const command = await taskCommand(folder);
      expect(command[0]).toBe('run');
      expect(command).not.toContain('-A');
      expect(command).not.toContain('--allow-all');
      expect(
        command.some((flag) => /^--allow-(?:run|ffi|import|sys(?!=setPriority$))/.test(flag)),
      ).toBe(false);
    });
  },
);

it('is known to JSR by the version that npm knows', async () => {
  const [jsr, npm] = await Promise.all(
    ['deno.json', 'package.json'].map(async (name) => {
      const { version } = JSON.parse(await readFile(join(ROOT, name), 'utf8')) as {
        version: string;
      };
      return version;
    }),
  );
  expect(jsr).toBe(npm);
});

it(
  'could be published',
  async () => {
    // Slow types would fail the command, since nothing here allows them.
    const args = ['publish', '--dry-run', '--allow-dirty'];
    const publish = run(runtimeProgram('deno'), args, { cwd: ROOT });
    const code = await publish.exited;
    expect([code, publish.stderr()]).toEqual([0, expect.stringContaining('Dry run complete')]);
  },
  CHECK_MS,
);

const { exports: ENTRIES } = JSON.parse(readFileSync(join(ROOT, 'deno.json'), 'utf8')) as {
  exports: Readonly<Record<string, string>>;
};

it('has the entries of the package on npm', () => {
  const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    exports: object;
  };
  const modules = Object.keys(exports).filter((entry) => !entry.endsWith('.json'));
  expect(Object.keys(ENTRIES)).toEqual(modules);
});

/** Types that the app has from Hono, and types of our constants. */
const NOT_OURS = /'(?:Hono|Handler|MiddlewareHandler|[A-Z_]+)'$/;

it.each(Object.entries(ENTRIES))(
  '%s exports each type that its signatures name',
  async (_, file) => {
    const env = { NO_COLOR: '1' };
    const lint = run(runtimeProgram('deno'), ['doc', '--lint', file], { cwd: ROOT, env });
    await lint.exited;
    // Members without a description are listed as well.
    expect(lint.stderr()).toMatch(/Found \d+ documentation lint error|^Checked/m);
    const named = lint.stderr().match(/^error\[private-type-ref\]: .*$/gm) ?? [];
    expect(named.filter((text) => !NOT_OURS.test(text))).toEqual([]);
  },
  CHECK_MS,
);

it('refuses to write where it was not allowed to, and says so', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'proxy-mirror-deno-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const { tasks } = JSON.parse(await readFile(join(ROOT, 'deno.json'), 'utf8')) as {
    tasks: { start: string };
  };
  const elsewhere = join(folder, 'elsewhere');
  await mkdir(elsewhere);
  const file = join(elsewhere, 'routes.json');
  await writeFile(file, '{"routes":[]}');
  const program = run(runtimeProgram('deno'), tasks.start.split(' ').slice(1), {
    cwd: ROOT,
    env: { HOST: '127.0.0.1', PORT: '0', ROUTES: file },
  });
  onTestFinished(() => program.signal('SIGKILL'));
  const [, url] = await line(program, LISTENING);
  const refused = await fetch(`${url}/apisix/admin/routes/1`, {
    method: 'PUT',
    body: JSON.stringify({ uri: '/a', plugins: {} }),
  });
  expect([refused.status, await refused.json()]).toEqual([
    503,
    {
      error_msg:
        "routes.json: expected Deno's permission to write in the folder, found none; " +
        'start deno with --allow-write for the folder, which the log names',
    },
  ]);
  expect(await readFile(file, 'utf8')).toBe('{"routes":[]}');
  await until(() => logged(program).some(({ level }) => level === 'ERROR'));
  const { properties } = logged(program).find(({ level }) => level === 'ERROR')!;
  expect(properties).toEqual({
    place: file,
    faults: [
      "expected Deno's permission to write in the folder, found none; " +
        `start deno with --allow-write=${elsewhere}`,
    ],
  });
});

/** The command of the task in the deno.json of a folder, which docs/running.md names. */
async function taskCommand(folder: string): Promise<string[]> {
  const { tasks } = JSON.parse(await readFile(join(folder, 'deno.json'), 'utf8')) as {
    tasks: { start: string };
  };
  return tasks.start.split(' ').slice(1);
}

/** Path of a routes file in a folder of the test's own. */
async function emptyRoutes(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'proxy-mirror-deno-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'routes.json');
  await writeFile(file, '{"routes":[]}');
  return file;
}

it.each([
  [
    '--allow-net',
    "cannot listen on 127.0.0.1 port 0: expected Deno's permission to listen there, found none; " +
      'start deno with --allow-net',
  ],
  ['--allow-env', 'Requires env access to "ADMIN_KEY", run again with the --allow-env flag'],
])('does not start without %s, and says so in one line', async (flag, message) => {
  const file = await emptyRoutes();
  const allowed = (await taskCommand(ROOT)).filter((word) => !word.startsWith(flag));
  const args = ['--routes', file, '--host', '127.0.0.1', '--port', '0'];
  const program = run(runtimeProgram('deno'), [...allowed, ...args], { cwd: ROOT });
  onTestFinished(() => program.signal('SIGKILL'));
  expect(await program.exited).toBe(2);
  expect(program.stderr()).toBe(`proxy-mirror: ${message}\n`);
});

it('does not start without permission to read the routes, and says which', async () => {
  const file = await emptyRoutes();
  const command = await taskCommand(ROOT);
  const allowed = command.map((word) => (word === '--allow-read' ? `${word}=${ROOT}` : word));
  const program = run(runtimeProgram('deno'), [...allowed, '--routes', file], { cwd: ROOT });
  expect(await program.exited).toBe(2);
  expect(program.stderr().trim().split('\n').at(-1)).toBe(
    `proxy-mirror: ${file}: expected Deno's permission to read in the folder, found none; ` +
      `start deno with --allow-read=${dirname(file)}`,
  );
});
