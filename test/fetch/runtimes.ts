import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT, runtimeProgram } from '../runtimes/paths.ts';
import type { TestServerRuntime } from '../runtimes/runtime.ts';
import { pathOf, serverRuntime } from '../runtimes/server.ts';

/** `gateway.fetch` behind the runtime's own server, or on Node, behind Hono's. */
export interface FetchRuntime extends TestServerRuntime {
  readonly name: 'node' | 'bun' | 'deno';
  readonly server: string;
}

const [onNode, onBun, onDeno] = ['node', 'bun', 'deno'].map((name) =>
  fileURLToPath(new URL(`${name}.mjs`, import.meta.url)),
) as [string, string, string];

const DENO = [
  runtimeProgram('deno'),
  'run',
  '--node-modules-dir=none',
  '--allow-net',
  '--allow-env',
  '--allow-read',
  '--config',
  join(ROOT, 'deno.json'),
] as const;

export const node = {
  ...serverRuntime('node', (_folder, { module }) => [process.execPath, pathOf(module, onNode)], [
    process.execPath,
  ]),
  name: 'node',
  server: '@hono/node-server',
} as const satisfies FetchRuntime;

export const bun = {
  ...serverRuntime('bun', (_folder, { module }) => [runtimeProgram('bun'), pathOf(module, onBun)], [
    runtimeProgram('bun'),
  ]),
  name: 'bun',
  server: 'Bun.serve',
} as const satisfies FetchRuntime;

export const deno = {
  ...serverRuntime(
    'deno',
    (folder, { flags = [], module }) => [
      ...DENO,
      `--allow-write=${folder}`,
      ...flags,
      pathOf(module, onDeno),
    ],
    DENO,
  ),
  name: 'deno',
  server: 'Deno.serve',
} as const satisfies FetchRuntime;
