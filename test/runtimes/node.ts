import { join } from 'node:path';
import { ROOT } from './paths.ts';
import type { TestServerRuntime } from './runtime.ts';
import { serverRuntime } from './server.ts';

/** A benchmark, which starts it as well, would measure that. */
const overwriting =
  process.env['VITEST'] === undefined
    ? []
    : ['--import', join(ROOT, 'test/runtimes/overwrite-free-buffers.mjs')];

/** What `npm start` runs, but that a buffer is overwritten once it is free. */
export const node: TestServerRuntime = serverRuntime(
  'node',
  () => [process.execPath, ...overwriting, join(ROOT, 'dist/cli/main.js')],
  [process.execPath],
);
