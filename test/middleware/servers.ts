import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { install, pack, temporary } from '../package/project.ts';
import { bun } from '../runtimes/bun.ts';
import { deno } from '../runtimes/deno.ts';
import { node } from '../runtimes/node.ts';
import { ROOT } from '../runtimes/paths.ts';
import type { TestServerRuntime } from '../runtimes/runtime.ts';
import { WORKER_PROCESS } from '../runtimes/workers.ts';
import { bundleWorker } from '../runtimes/wrangler.ts';
import { type Program, run } from '../support/process.ts';

/** A server that serves one of the apps of `kinds.mjs` and prints its port. */
export interface AppServer {
  readonly name: string;
  /** The client address that its app sees. */
  readonly address: string;
  /** `false`: it sends Content-Length only for bodies that no JavaScript has touched, see docs/library.md. */
  readonly framesStreams?: false;
  /** It pipes bodies itself, and holds a few bytes back until more arrive. */
  readonly pumps?: true;
  /** It gives the app Node's own stream of a body, as `c.env.incoming`. */
  readonly givesIncoming?: true;
  /**
   * Status of a proxied request whose chunked body exceeds the limit of Hono's `bodyLimit`, where that breaks the body
   * off instead of reading it first (before Hono 4.12.16). Default: 413.
   */
  readonly statusOver?: 502;
  /** What takes the machine a while, before any server starts: their copies may only take so long. */
  prepare?(): Promise<void>;
  start(kind: 'mirrored' | 'extended', upstream: string, mirror: string): Promise<Program>;
}

/** The oldest Hono that package.json allows. */
const OLDEST_HONO = '4.9.0';

/** Milliseconds for all that servers prepare. */
export const PREPARE_MS = 240_000;

/** Prepares all servers. To be awaited before the first of them starts. */
export async function prepareServers(): Promise<void> {
  await Promise.all(servers.map((server) => server.prepare?.()));
}

/** The servers that users have, and ours on each of its runtimes. */
export const servers: readonly AppServer[] = [
  { ...served('@hono/node-server', node, 'node-server'), givesIncoming: true },
  {
    name: `@hono/node-server with Hono ${OLDEST_HONO}`,
    address: '127.0.0.1',
    givesIncoming: true,
    statusOver: 502,
    prepare: installOldest,
    start: startInstalled,
  },
  served('our listener on Node', node, 'own'),
  { ...served('our listener on Deno', deno, 'own'), framesStreams: false },
  served('our listener on Bun', bun, 'own'),
  served('Bun.serve', bun, 'bun'),
  { ...served('Deno.serve', deno, 'deno'), framesStreams: false },
  { name: 'a Worker', address: 'NZ', pumps: true, prepare: bundle, start: startWorker },
];

function served(name: string, runtime: TestServerRuntime, script: string): AppServer {
  const file = new URL(`servers/${script}.mjs`, import.meta.url);
  return {
    name,
    address: '127.0.0.1',
    start: (...args) => Promise.resolve(runtime.script(file, args)),
  };
}

/** A project of its own, which has installed the package as users do. */
let project = '';

async function installOldest(): Promise<void> {
  const { path } = await pack(await temporary('tarball'));
  project = await install(path, OLDEST_HONO);
  await cp(fileURLToPath(new URL('.', import.meta.url)), project, { recursive: true });
}

async function startInstalled(...args: readonly string[]): Promise<Program> {
  return run(process.execPath, [join(project, 'servers/node-server.mjs'), ...args], {
    cwd: project,
  });
}

let bundled = '';

async function bundle(): Promise<void> {
  bundled = await temporary('worker');
  await bundleWorker(fileURLToPath(new URL('servers/worker.mjs', import.meta.url)), bundled);
}

async function startWorker(kind: string, upstream: string, mirror: string): Promise<Program> {
  const options = {
    modules: [{ type: 'ESModule', path: join(bundled, 'worker.js') }],
    modulesRoot: bundled,
    compatibilityDate: '2026-04-26',
    bindings: { KIND: kind, UPSTREAM: upstream, MIRROR: mirror },
    host: '127.0.0.1',
    port: 0,
    cf: { country: 'NZ' },
  };
  const env = { WORKER: JSON.stringify(options) };
  return run(process.execPath, [WORKER_PROCESS], { env, cwd: ROOT });
}
