/**
 * Runs one of the programs here: `node bench/run.mjs isolation node --pairs 3`, or by its folder one
 * from elsewhere: `node bench/run.mjs ../test/fuzz --minutes 1`. They are TypeScript,
 * whose types Node 20 does not take off; Vite, which comes with vitest, does, and leaves
 * `import.meta.url` as it is, unlike a build. What must be a process of its own is plain `.mjs`.
 */
import { posix } from 'node:path';
import { createViteServer } from 'vitest/node';

const [name, ...args] = process.argv.slice(2);

// Ends this process the usual way, so that it takes along what it started.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(130));

const vite = await createViteServer({
  root: new URL('..', import.meta.url).pathname,
  configFile: false,
  appType: 'custom',
  logLevel: 'error',
  server: { middlewareMode: true, hmr: false, ws: false, watch: null },
  optimizeDeps: { noDiscovery: true },
});
let status = 1;
try {
  const { main } = await vite.ssrLoadModule(posix.join('/bench', name ?? '', 'main.ts'));
  status = (await main(args)) ? 0 : 1;
} catch (error) {
  console.error(error);
}
process.exit(status);
