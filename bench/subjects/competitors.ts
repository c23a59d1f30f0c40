import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runtimeProgram } from '../../test/runtimes/paths.ts';
import { run } from '../../test/support/process.ts';
import { missingRuntime } from './ours.ts';
import type { Subject } from './subject.ts';

const FOLDER = new URL('../throughput/competitors/', import.meta.url);
const PACKAGES = fileURLToPath(new URL('../node_modules', import.meta.url));

/** The command that runs a program of one file. */
const COMMANDS = {
  node: () => [process.execPath],
  bun: () => [runtimeProgram('bun')],
  deno: () => [runtimeProgram('deno'), 'run', '--no-config', '--allow-net', '--allow-env'],
} satisfies Record<string, () => readonly string[]>;

interface Competitor {
  readonly title: string;
  readonly kind: Subject['kind'];
  readonly runtime: keyof typeof COMMANDS;
  /** Whether it imports packages that `npm ci --prefix bench` installs. */
  readonly packages: boolean;
}

const FLOOR = { kind: 'floor', packages: false } as const;
const ON_NODE = { kind: 'competitor', runtime: 'node', packages: true } as const;

/** Programs in `throughput/competitors`, by file name. */
const PROGRAMS = {
  'node-floor': { ...FLOOR, runtime: 'node', packages: true, title: 'bare node:http + undici' },
  'bun-floor': { ...FLOOR, runtime: 'bun', title: 'bare Bun.serve + fetch' },
  'deno-floor': { ...FLOOR, runtime: 'deno', title: 'bare Deno.serve + fetch' },
  fastify: { ...ON_NODE, title: 'Fastify + reply-from' },
  'http-proxy': { ...ON_NODE, title: 'http-proxy' },
  express: { ...ON_NODE, title: 'Express + http-proxy-middleware' },
  hono: { ...ON_NODE, title: 'Hono + hono/proxy on Node' },
} satisfies Record<string, Competitor>;

export const COMPETITORS: readonly Subject[] = Object.entries(PROGRAMS).map(([name, program]) =>
  subject(name, program),
);

function subject(name: string, { title, kind, runtime, packages }: Competitor): Subject {
  return {
    name,
    title,
    kind,
    runtime,
    missing: () =>
      packages && !existsSync(PACKAGES) ? 'run npm ci --prefix bench' : missingRuntime(runtime),
    launch({ port, upstream, mirror, stalled }) {
      const [command, ...args] = COMMANDS[runtime]();
      const env = { PORT: String(port), UPSTREAM: upstream, MIRROR: mirror, STALLED: stalled };
      return run(command!, [...args, fileURLToPath(new URL(`${name}.mjs`, FOLDER))], { env });
    },
  };
}
