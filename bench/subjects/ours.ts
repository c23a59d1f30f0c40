import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bun } from '../../test/runtimes/bun.ts';
import { deno } from '../../test/runtimes/deno.ts';
import { node } from '../../test/runtimes/node.ts';
import { runtimeProgram } from '../../test/runtimes/paths.ts';
import type { TestServerRuntime } from '../../test/runtimes/runtime.ts';
import { route } from '../../test/support/origin.ts';
import type { Place, Subject } from './subject.ts';

const TITLES = { node: 'Node', bun: 'Bun', deno: 'Deno', workers: 'Workers' } as const;

export const OURS: readonly Subject[] = [node, bun, deno].map((runtime) => ours(runtime));

/**
 * Our gateway as its users start it, with default settings.
 * @param routes default: the routes that every subject has
 */
export function ours(
  runtime: TestServerRuntime,
  routes: (place: Place) => readonly object[] = routesOf,
): Subject {
  return {
    name: runtime.name,
    title: `proxy-mirror on ${TITLES[runtime.name]}`,
    kind: 'ours',
    runtime: runtime.name,
    missing: () => missingRuntime(runtime.name),
    async launch(place) {
      const file = join(place.folder, 'routes.json');
      await writeFile(file, JSON.stringify({ routes: routes(place) }));
      const env = { HOST: '127.0.0.1', PORT: String(place.port), ROUTES: file };
      return runtime.launch(place.folder, { env });
    },
  };
}

/** Why a runtime is missing, or `null`. */
export function missingRuntime(name: string): string | null {
  if (name !== 'bun' && name !== 'deno') return null;
  return existsSync(runtimeProgram(name)) ? null : 'run npm ci --prefix test/runtimes';
}

function routesOf({ upstream, mirror, stalled }: Place): object[] {
  const to = { node: new URL(upstream).host };
  return [
    { id: 'plain', ...route(to, null, { uri: '/plain/*' }) },
    { id: 'mirrored', ...route(to, { url: mirror }, { uri: '/mirrored/*' }) },
    { id: 'stalled', ...route(to, { url: stalled }, { uri: '/stalled/*' }) },
  ];
}
