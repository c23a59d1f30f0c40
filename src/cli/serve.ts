import { availableParallelism } from 'node:os';
import process from 'node:process';
import { readServerSettings, type ServerSettings } from '../settings/server.ts';
import { logReload } from '../telemetry/log.ts';
import { configureLog, log } from '../telemetry/logger/logtape.ts';
import type { Call } from './command.ts';
import { textOf } from './listeners.ts';
import { isText, logOutput } from './log-output.ts';
import type { Served } from './served.ts';
import { servedHere } from './served-here.ts';
import { signalled } from './signals.ts';
import { startLine } from './start-line.ts';

/** Runs the gateway until SIGTERM or SIGINT, then shuts it down and exits. */
export async function serve({ flags, all, runtime: makeRuntime }: Call): Promise<void> {
  const settings = readServerSettings(flags, process.env, all);
  const workers = settings.workers === 'auto' ? availableParallelism() : settings.workers;
  const runtime = await makeRuntime();
  const output = logOutput(runtime.write, settings);
  const served =
    workers === 1
      ? servedHere(settings, runtime)
      : (await import('./cluster/served-by-workers.ts')).servedByWorkers(
          settings,
          runtime,
          workers,
        );
  const first = await served.refresh();
  // A gateway that has no routes because they are broken would only look as if it ran.
  if (first.result === 'failure') throw first.error;
  // Not before, so that the faults of a start are printed once.
  configureLog(settings.logLevel, output.sink);
  logReload({ ...first, result: 'success' });
  warnOfWrites(settings);
  const unwatch = served.watch();

  // Before the line with the URL is printed, because a signal may follow it at once.
  let renew = () => {};
  const stop = signalled({
    SIGHUP() {
      void readAgain(served);
      renew();
    },
    ...(served.replace && { SIGUSR2: () => void served.replace!() }),
  });
  const addresses = await served.listen();
  if (settings.tls !== null) {
    renew = () => void renewCertificates(served);
    served.watchCertificates(renew);
  }
  warnIfFewer(settings.maxConnections, addresses.maxConnections);
  // Deno gets to the log later than to what is printed, and nobody is to read a line before the earlier ones.
  await output.drain();
  console.log(startLine(runtime, addresses, workers, isText(settings, 'stdout')));

  if ((await stop) === 'SIGTERM') await announceStop(served, settings);
  log.info('stopping: finishing requests and copies');
  unwatch();
  await served.finish(settings.shutdownTimeout * 1000);
  runtime.close();
  await output.drain();
  process.exit(0);
}

/** On SIGHUP: who sends it is told what came of it, also where nothing did. */
async function readAgain(served: Served): Promise<void> {
  log.info('SIGHUP: reading the routes again');
  const refreshed = await served.refresh();
  const isNews = refreshed.result !== 'unchanged' && !('repeated' in refreshed);
  if (!isNews) logReload(refreshed);
}

/** The old certificates stay in use where the new ones cannot be. */
async function renewCertificates(served: Served): Promise<void> {
  try {
    await served.renewCertificates();
    log.info('certificates read again');
  } catch (error) {
    log.error('{error}: the certificates in use stay in use', { error: textOf(error) });
  }
}

/** Lets load balancers see that this server is about to stop, before it refuses connections. */
async function announceStop(served: Served, { shutdownDelay }: ServerSettings): Promise<void> {
  if (shutdownDelay === 0) return;
  served.retire();
  log.info('stopping in {shutdownDelay} s: until then only readiness says so', { shutdownDelay });
  await new Promise((resolve) => setTimeout(resolve, shutdownDelay * 1000));
}

/** Who tries it with two URLs may not think of it. */
function warnOfWrites({ routes }: ServerSettings): void {
  if ('path' in routes) return;
  const { methods = [] } = routes[0]?.plugins?.['proxy-mirror'] ?? {};
  if (methods.length > 0) return;
  log.warning('writes are copied to the mirror as well: --methods GET,HEAD copies reads alone');
}

function warnIfFewer(asked: number | null, maxConnections: number): void {
  if (asked === null || asked <= maxConnections) return;
  log.warning(
    'MAX_CONNECTIONS is {asked}, but the process may have file descriptors for {maxConnections} alone, ' +
      'and as many each for upstreams and mirrors (ulimit -n)',
    { asked, maxConnections },
  );
}
