/**
 * A gateway as the library makes it when nobody names a runtime, with the settings of the command, so
 * that the suite can set them: the sources on Deno, what is built from them elsewhere.
 */
import process from 'node:process';

const [{ createGateway }, { fileStore }, { readServerSettings }, { configureLog }] =
  await Promise.all(
    [
      '../../src/index.ts',
      '../../src/stores/file/file-store.ts',
      '../../src/settings/server.ts',
      '../../src/telemetry/log.ts',
    ].map((path) => import('Deno' in globalThis ? path : built(path))),
  );

/** @param {string} path */
function built(path) {
  return path.replace('/src/', '/dist/').replace(/ts$/, 'js');
}

const settings = readServerSettings([], process.env);
configureLog(settings.logLevel);
const { adminKey, trustedProxies, mirrorMemory } = settings;
const store = fileStore(settings.routes);
const gateway = createGateway({ store, adminKey, trustedProxies, mirrorMemory });
await gateway.refresh();
store.watch?.(() => void gateway.refresh());

export const fetch = gateway.fetch;
export const where = { hostname: settings.host, port: settings.port };

/** Less than the suite waits before it kills. */
const STOP_MS = 10_000;

/**
 * Tells the test where the gateway is, and ends the process when the test says so.
 *
 * @param {number} port
 * @param {() => unknown} stop
 */
export function serving(port, stop) {
  console.log(`listening on http://${settings.host}:${port}`);
  process.once('SIGTERM', async () => {
    // Some wait without end for clients and upstreams that have fallen silent.
    await Promise.race([stop(), new Promise((late) => setTimeout(late, STOP_MS))]);
    await gateway.drain(settings.shutdownTimeout * 1000);
    process.exit(0);
  });
}
