/**
 * Runs one of the programs here, or one from another folder:
 *
 *     node bench/run.mjs isolation node --pairs 3
 *     node bench/run.mjs ../test/fuzz --minutes 1
 *
 * They are TypeScript, which Node 20 cannot run. Vite, which comes with vitest, strips the types and, unlike a
 * build, keeps `import.meta.url`. Programs that need their own process are plain `.mjs`.
 */
import { posix } from 'node:path';
import { createViteServer } from 'vitest/node';

const [name, ...args] = process.argv.slice(2);

// Exits the usual way, so that exit handlers end the programs that were started.
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
