import { join } from 'node:path';
import { ROOT, runtimeProgram } from './paths.ts';
import type { TestServerRuntime } from './runtime.ts';
import { serverRuntime } from './server.ts';

/** `bun start`, in the checkout; in another folder what that runs. */
export const bun: TestServerRuntime = serverRuntime(
  'bun',
  (_folder, { cwd }) =>
    cwd === undefined
      ? [runtimeProgram('bun'), '--cwd', ROOT, 'start']
      : [runtimeProgram('bun'), join(ROOT, 'dist/cli/main.js')],
  [runtimeProgram('bun')],
);
