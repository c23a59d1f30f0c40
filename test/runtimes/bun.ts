import { ROOT, runtimeProgram } from './paths.ts';
import type { TestServerRuntime } from './runtime.ts';
import { serverRuntime } from './server.ts';

/** `bun start`, in the checkout. */
export const bun: TestServerRuntime = serverRuntime(
  'bun',
  () => [runtimeProgram('bun'), '--cwd', ROOT, 'start'],
  [runtimeProgram('bun')],
);
