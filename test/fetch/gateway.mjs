/**
 * A gateway as the library creates it without a given runtime, with the settings of the command, so that the suite
 * can set them: from the sources on Deno, from the build elsewhere.
 */
import process from 'node:process';

const [{ createGateway }, { fileStore }, { readServerSettings }, { configureLog }, { jsonLine }] =
  await Promise.all(
    [
      '../../src/index.ts',
      '../../src/stores/file/file-store.ts',
      '../../src/settings/server.ts',
      '../../src/telemetry/logger/logtape.ts',
      '../../src/telemetry/line.ts',
    ].map((path) => import('Deno' in globalThis ? path : built(path))),
  );

/** @param {string} path */
function built(path) {
  return path.replace('/src/', '/dist/').replace(/ts$/, 'js');
}

const settings = readServerSettings([], process.env);
configureLog(settings.logLevel, (/** @type {object} */ record) =>
  console.log(jsonLine(record).trimEnd()),
);
const { adminKey, trustedProxies, mirrorMemory } = settings;
const store = fileStore(settings.routes.path);
const gateway = createGateway({ store, adminKey, trustedProxies, mirrorMemory });
await gateway.refresh();
store.watch?.(() => void gateway.refresh());

export const fetch = gateway.fetch;
export const where = { hostname: settings.host, port: settings.port };

/** Shorter than the time after which the suite kills the process. */
const STOP_MS = 10_000;

/**
 * Prints where the gateway listens, and ends the process at SIGTERM.
 *
 * @param {number} port
 * @param {() => unknown} stop
 */
export function serving(port, stop) {
  console.log(`listening on http://${settings.host}:${port}`);
  process.once('SIGTERM', async () => {
    // Some servers wait forever for clients and upstreams that have gone silent.
    await Promise.race([stop(), new Promise((late) => setTimeout(late, STOP_MS))]);
    await gateway.drain(settings.shutdownTimeout * 1000);
    process.exit(0);
  });
}
