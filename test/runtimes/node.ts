import { join } from 'node:path';
import { ROOT } from './paths.ts';
import type { TestServerRuntime } from './runtime.ts';
import { serverRuntime } from './server.ts';

/** A benchmark, which starts it as well, would measure that. */
const holding =
  process.env['VITEST'] === undefined
    ? []
    : ['--import', join(ROOT, 'test/runtimes/hold-invariants.mjs')];

/** What `npm start` runs, with an eye on what has to hold inside. */
export const node: TestServerRuntime = serverRuntime(
  'node',
  () => [process.execPath, ...holding, join(ROOT, 'dist/cli/main.js')],
  [process.execPath],
);
