import { ROOT, runtimeProgram } from './paths.ts';
import type { TestRuntime } from './runtime.ts';
import { serverRuntime } from './server.ts';

/** `bun start`, in the checkout. */
export const bun: TestRuntime = serverRuntime('bun', () => [
  runtimeProgram('bun'),
  '--cwd',
  ROOT,
  'start',
]);
