import { join } from 'node:path';
import { ROOT, runtimeProgram } from './paths.ts';
import type { TestServerRuntime } from './runtime.ts';
import { pathOf, serverRuntime } from './server.ts';

/** `bun start`, in the checkout; in another folder what that runs. */
export const bun: TestServerRuntime = serverRuntime(
  'bun',
  (_folder, { cwd, module }) =>
    cwd === undefined && module === undefined
      ? [runtimeProgram('bun'), '--cwd', ROOT, 'start']
      : [runtimeProgram('bun'), pathOf(module, join(ROOT, 'dist/cli/main.js'))],
  [runtimeProgram('bun')],
);
