import { join } from 'node:path';
import { ROOT } from './paths.ts';
import type { TestServerRuntime } from './runtime.ts';
import { serverRuntime } from './server.ts';

/** What `npm start` runs. */
export const node: TestServerRuntime = serverRuntime(
  'node',
  () => [process.execPath, join(ROOT, 'dist/cli/main.js')],
  [process.execPath],
);
