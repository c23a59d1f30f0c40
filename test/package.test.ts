import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { exportedNames } from './package/names.ts';
import {
  DOCUMENTS,
  finished,
  install,
  pack,
  removeTemporary,
  type Tarball,
  temporary,
  versionOf,
} from './package/project.ts';
import { ROOT, runtimeProgram } from './runtimes/paths.ts';
import { line, run } from './support/process.ts';

/** Installing, checking types and starting runtimes, on a busy machine. */
const LONG_MS = 180_000;

/** The oldest Hono that package.json allows, and one between it and ours. */
const OLDEST = '4.9.0';
const MIDDLE = '4.11.9';

const TOOLS = join(ROOT, 'test/package/tools/node_modules/.bin');
const TSC = join(ROOT, 'node_modules/.bin/tsc');

/** A seventh of it are the two pictures of the README. */
const MOST_BYTES = 736 * 1024;

const RUNTIMES = [
  ['node', process.execPath],
  ['bun', runtimeProgram('bun')],
  ['deno', runtimeProgram('deno'), 'run', '--allow-all'],
] as const;

/** What `requests.ts` prints: the ways into the library, of which the first has `cors` of Hono's. */
const WAYS = ['gateway', 'handler', 'middleware', 'fetch'];
const MIRRORED = {
  responses: WAYS.map((way) => [way, 200, way.toUpperCase(), way === 'gateway' ? '*' : null]),
  copies: WAYS.map((way) => `POST /${way} ${way}`).toSorted(),
  outcomes: WAYS.map(() => 'sent 2xx'),
};

const AGES = ['oldest', 'middle', 'newest'] as const;

let tarball: Tarball;
/** Projects that have installed the tarball, by the age of their Hono. */
let projects: Readonly<Record<(typeof AGES)[number], string>>;

beforeAll(async () => {
  tarball = await pack(await temporary('tarball'));
  const hono = [OLDEST, MIDDLE, await versionOf(join(ROOT, 'node_modules/hono'))];
  const [oldest, middle, newest] = await Promise.all(hono.map((one) => install(tarball.path, one)));
  projects = { oldest: oldest!, middle: middle!, newest: newest! };
}, LONG_MS);
afterAll(removeTemporary);

describe('the tarball', () => {
  const paths = () => tarball.files.map(({ path }) => path);

  it('holds the program, its documents and examples, and nothing that those were built of', () => {
    const others = paths().filter((path) => !path.startsWith('dist/'));
    const isKnown = (path: string) =>
      path === 'package.json' ||
      DOCUMENTS.some((known) => path === known || path.startsWith(`${known}/`));
    expect(others.filter((path) => !isKnown(path))).toEqual([]);
    expect(
      others.filter((path) => /node_modules|package-lock|svelte-kit|build/.test(path)),
    ).toEqual([]);
  });

  it('holds what its pages lead to', async () => {
    const pages = paths().filter((path) => path.endsWith('.md'));
    expect(pages.length).toBeGreaterThan(10);
    const dead = await Promise.all(
      pages.map(async (page) => {
        const text = await readFile(
          join(projects.newest, 'node_modules/proxy-mirror', page),
          'utf8',
        );
        const links = Array.from(text.matchAll(/\]\((?!https?:|#)([^)#]+)/g), ([, link]) => link!);
        return links
          .map((link) => join(page, '..', link))
          .filter((link) => !paths().includes(link));
      }),
    );
    expect(dead.flat()).toEqual([]);
  });

  it('holds what the build makes of each source, and nothing else', async () => {
    const sources = await readdir(join(ROOT, 'src'), { recursive: true });
    const made = sources
      .filter((file) => /\.tsx?$/.test(file) && !file.endsWith('.d.ts'))
      .map((file) => file.replace(/\.tsx?$/, ''))
      .flatMap((file) => [`dist/${file}.js`, `dist/${file}.d.ts`]);
    const built = paths().filter((path) => path.startsWith('dist/'));
    expect(built.toSorted()).toEqual([...made, 'dist/schema.json'].toSorted());
  });

  it(`takes at most ${MOST_BYTES} bytes`, () => {
    expect(tarball.size).toBeLessThanOrEqual(MOST_BYTES);
  });

  it.each([
    ['publint', ['run', '--strict']],
    ['attw', ['--profile', 'esm-only', '--no-emoji']],
  ])('is as %s wants it', async (tool, flags) => {
    await finished(join(TOOLS, tool), [...flags, tarball.path]);
  });
});

describe.each(AGES)('with the %s Hono', (age) => {
  it('is installed beside one Hono alone', async () => {
    const folder = projects[age];
    const found = await finished('npm', ['ls', 'hono', '--all', '--parseable'], { cwd: folder });
    expect(found.trim().split('\n')).toEqual([join(folder, 'node_modules/hono')]);
  });

  it(
    'compiles, and mirrors by each way on Node, Bun and Deno',
    async () => {
      const folder = projects[age];
      await finished(TSC, ['-p', folder]);
      for (const [runtime, ...command] of RUNTIMES) {
        const [program, ...flags] = command as [string, ...string[]];
        const args = [...flags, join(folder, 'built/requests.js'), runtime, `${runtime}.json`];
        expect(JSON.parse(await finished(program, args, { cwd: folder })), runtime).toEqual(
          MIRRORED,
        );
      }
    },
    LONG_MS,
  );
});

describe('has types', () => {
  it('of everything that is exported', async () => {
    const used = await readFile(join(projects.newest, 'exports.ts'), 'utf8');
    const unused = (await entries()).flatMap(exportedNames).filter((name) => {
      const occurs = used.match(new RegExp(`\\b${name}\\b`, 'g')) ?? [];
      // Once where it is imported.
      return occurs.length < 2;
    });
    expect(unused).toEqual([]);
  });

  it.each(['server', 'worker'])(
    'for a project that knows a %s alone',
    async (kind) => {
      await finished(TSC, ['-p', join(projects.newest, `tsconfig.${kind}.json`), '--noEmit']);
    },
    LONG_MS,
  );

  it(
    'for Deno',
    async () => {
      const args = ['check', 'requests.ts', 'exports.ts'];
      await finished(runtimeProgram('deno'), args, { cwd: projects.newest });
    },
    LONG_MS,
  );
});

describe('starts', () => {
  it.each([
    ['npx', 'node', 'npx', ['--no', 'proxy-mirror']],
    ['bunx', 'bun', runtimeProgram('bun'), ['x', '--bun', 'proxy-mirror']],
    ['deno run', 'deno', runtimeProgram('deno'), ['run', '--allow-all', 'npm:proxy-mirror']],
  ])('by %s, on %s', async (_, runtime, program, args) => {
    expect(await statusOf(program, args, projects.newest)).toEqual({ status: 'ok', runtime });
  });

  it('by npx where nothing was installed', async () => {
    const args = ['--yes', '--package', tarball.path, 'proxy-mirror'];
    const status = await statusOf('npx', args, await temporary('empty'));
    expect(status).toEqual({ status: 'ok', runtime: 'node' });
  });

  it('by bunx where Bun has installed it', async () => {
    const folder = await temporary('empty');
    await finished(runtimeProgram('bun'), ['add', tarball.path], { cwd: folder });
    const status = await statusOf(runtimeProgram('bun'), ['x', '--bun', 'proxy-mirror'], folder);
    expect(status).toEqual({ status: 'ok', runtime: 'bun' });
  });
});

/** The files of declarations that the entries lead to. */
async function entries(): Promise<string[]> {
  const folder = join(projects.newest, 'node_modules/proxy-mirror');
  const { exports } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
    exports: Readonly<Record<string, string | { types: string }>>;
  };
  const typed = Object.values(exports).filter((entry) => typeof entry === 'object');
  return typed.map(({ types }) => join(folder, types));
}

/** Starts the gateway in a folder; what it says of itself. */
async function statusOf(program: string, args: readonly string[], folder: string) {
  const env = { HOST: '127.0.0.1', PORT: '0', npm_config_cache: join(folder, 'npm-cache') };
  const started = run(program, args, { cwd: folder, env });
  onTestFinished(() => started.signal('SIGKILL'));
  const [, url] = await line(started, /listening on (http:\/\/[\w.:]+)/);
  return (await fetch(`${url}/apisix/status`)).json();
}
