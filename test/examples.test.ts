import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { finished, pack, removeTemporary, temporary } from './package/project.ts';
import { ROOT, runtimeProgram } from './runtimes/paths.ts';
import { QUIET } from './runtimes/wrangler.ts';
import { send } from './support/client.ts';
import { origin, type Origin } from './support/origin.ts';
import { line, run } from './support/process.ts';
import { until } from './support/until.ts';

const FOLDER = join(ROOT, 'examples');

/** The programs that a user has in the path: Bun and Deno, wrangler, tsc. */
const PATH = [
  dirname(runtimeProgram('bun')),
  join(ROOT, 'node_modules/.bin'),
  process.env['PATH'],
].join(delimiter);

/** Milliseconds for installing packages, or for building and starting something, on a busy machine. */
const SLOW_MS = 300_000;

interface Example {
  /** Name of a file or folder in examples/. */
  readonly name: string;
  /** The command that runs it, in the root of a checkout. */
  readonly command: string;
}

/** The rows of the tables in examples/README.md. */
const examples: readonly Example[] = Array.from(
  readFileSync(join(FOLDER, 'README.md'), 'utf8').matchAll(
    /^\| \[([\w.-]+)\]\([^)]+\) +\| `([^`]+)`/gm,
  ),
  ([, name, command]) => ({ name: name!, command: command! }),
);

/** Those with packages of their own. */
const projects = examples
  .map(({ name }) => name)
  .filter((name) => existsSync(join(FOLDER, name, 'package.json')));

/** Paths that an example answers itself, with `ok`. */
const OWN_PATHS: Readonly<Record<string, readonly string[]>> = {
  'gateway.mjs': ['/healthz'],
  worker: ['/healthz'],
};

/** What each prints once it listens: ours, SvelteKit's, wrangler's. */
const LISTENING = /\b(?:listening|Listening|Ready) on (http:\/\/127\.0\.0\.1:\d+)$/m;

/** Each finds nothing wrong with the types of what the root's tsconfig.json leaves out. */
const TYPES = [
  'tsc -p examples/express',
  'tsc -p examples/elysia',
  'cd examples/sveltekit && node_modules/.bin/svelte-kit sync && tsc -p .',
  'deno check --node-modules-dir=none examples/deno.ts',
];

/** A command in the root of a checkout. */
const shell = (command: string, env: Readonly<Record<string, string>> = {}) =>
  ['sh', ['-c', command], { cwd: ROOT, env: { PATH, ...env } }] as const;

it('all are in the tables of examples/README.md', () => {
  const there = readdirSync(FOLDER).filter((name) => name !== 'README.md');
  expect(examples.map(({ name }) => name).toSorted()).toEqual(there.toSorted());
});

describe('as a user has them', () => {
  let upstream: Origin;
  let mirror: Origin;
  /** For the tarball, and for what wrangler keeps. */
  let folder: string;

  beforeAll(async () => {
    folder = await temporary('examples');
    // Responds as the apps of the examples do.
    upstream = await origin(({ body }, response) => {
      response.writeHead(201, { 'content-type': 'application/json' });
      response.end(`{"ordered":${body.length === 0 ? 'null' : body.toString()}}`);
    });
    mirror = await origin();
    const { path: tarball } = await pack(folder);
    const install = (project: string) => {
      const quiet = '--no-audit --no-fund --prefer-offline';
      const both = `npm ci ${quiet} && npm install --no-save ${quiet} '${tarball}'`;
      return finished(...shell(`cd examples/${project} && ${both}`));
    };
    await Promise.all(projects.map(install));
  }, SLOW_MS);
  afterAll(async () => {
    await Promise.all([upstream.close(), mirror.close(), removeTemporary()]);
  });

  it.each(TYPES)(
    'have the types that they need: %s',
    async (command) => void (await finished(...shell(command))),
    SLOW_MS,
  );

  /** Starts an example by its command, with addresses of this test; resolves with its own when it listens. */
  async function started({ name, command }: Example): Promise<string> {
    const addresses = { UPSTREAM: upstream.url, MIRROR: mirror.url };
    const launched = command.includes('wrangler')
      ? shell(forWrangler(command, { ...addresses, STATE: join(folder, name) }), QUIET)
      : shell(command, { ...addresses, PORT: '0', HOST: '127.0.0.1' });
    const program = run(...launched);
    onTestFinished(async () => {
      program.signal('SIGKILL');
      await program.exited;
    });
    return (await line(program, LISTENING))[1]!;
  }

  describe.each(examples)('$command', (example) => {
    it(
      'responds, and sends a copy to the mirror',
      async () => {
        const url = await started(example);
        const target = `/api/orders?by=${example.name}`;
        const got = await send(url, target, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: '{"tea":2}',
          agent: false,
        });
        expect([got.status, got.body.toString()]).toEqual([201, '{"ordered":{"tea":2}}']);
        const copies = () => mirror.seen.filter((one) => one.url === target);
        await until(() => copies().length > 0, 5000, 'the copy');
        expect(copies()).toHaveLength(1);
        expect(copies()[0]).toMatchObject({ method: 'POST', body: Buffer.from('{"tea":2}') });
        for (const path of OWN_PATHS[example.name] ?? []) {
          expect(await (await fetch(url + path)).text()).toBe('ok');
          expect(upstream.seen.filter((one) => one.url === path)).toEqual([]);
        }
      },
      SLOW_MS,
    );
  });
});

/** `wrangler dev` takes variables and ports as options. */
function forWrangler(
  command: string,
  { UPSTREAM, MIRROR, STATE }: Readonly<Record<'UPSTREAM' | 'MIRROR' | 'STATE', string>>,
): string {
  const own = command.replace(/ --port \d+/, '');
  const where = `--ip 127.0.0.1 --port 0 --inspector-port 0 --persist-to '${STATE}'`;
  return `${own} ${where} --var UPSTREAM:${UPSTREAM} --var MIRROR:${MIRROR}`;
}
