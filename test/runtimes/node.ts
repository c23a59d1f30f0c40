import { join } from 'node:path';
import { ROOT } from './paths.ts';
import type { TestServerRuntime } from './runtime.ts';
import { pathOf, serverRuntime } from './server.ts';

/** Benchmarks use this runtime as well, and must not measure the checks. */
const holding =
  process.env['VITEST'] === undefined
    ? []
    : ['--import', join(ROOT, 'test/runtimes/hold-invariants.mjs')];

/** What `npm start` runs, with checks of internal invariants. */
export const node: TestServerRuntime = serverRuntime(
  'node',
  (_folder, { module }) => [
    process.execPath,
    ...holding,
    pathOf(module, join(ROOT, 'dist/cli/main.js')),
  ],
  [process.execPath],
);
