import process from 'node:process';
import { createGateway, type Gateway, type GatewayOptions } from '../gateway.ts';
import type { Listening, ServerRuntime } from '../runtime/server.ts';
import { readServerSettings, type ServerSettings } from '../settings/server.ts';
import { fileStore } from '../stores/file/file-store.ts';
import { jsonLine, textLine } from '../telemetry/line.ts';
import { logReload } from '../telemetry/log.ts';
import { configureLog, log } from '../telemetry/logger/logtape.ts';
import { outputSink } from '../telemetry/output-sink.ts';
import type { Call } from './command.ts';
import { type CertificateReader, certificateReader } from './certificates.ts';
import { type Listeners, openListeners, textOf, urlsOf } from './listeners.ts';
import { signalled } from './signals.ts';

/** How long a shutdown waits until the log is written: the reader of the output may have stopped reading. */
const LOG_DRAIN_TIMEOUT_MS = 500;

/** Runs the gateway until SIGTERM or SIGINT, then shuts it down and exits. */
export async function serve({ flags, all, runtime: makeRuntime }: Call): Promise<void> {
  const settings = readServerSettings(flags, process.env, all);
  const home = homeOf(settings);
  const runtime = await makeRuntime();
  const output = outputSink(runtime.write, (to) =>
    isText(settings, process[to].isTTY) ? textLine : jsonLine,
  );
  const { adminKey, trustedProxies, mirrorMemory, redactKey } = settings;
  const gateway = createGateway({
    ...home,
    runtime,
    adminKey,
    trustedProxies,
    mirrorMemory,
    redactKey,
  });
  const first = await gateway.refresh();
  // A gateway that has no routes because they are broken would only look as if it ran.
  if (first.result === 'failure') throw first.error;
  // Not before, so that the faults of a start are printed once.
  configureLog(settings.logLevel, output.sink);
  logReload({ ...first, result: 'success' });
  warnOfWrites(settings);
  const unwatch = home.store?.watch?.(() => void gateway.refresh());

  // Before the line with the URL is printed, because a signal may follow it at once.
  let renew = () => {};
  const stop = signalled(() => {
    void readAgain(gateway);
    renew();
  });
  const certificates = settings.tls === null ? null : certificateReader(settings.tls.certificates);
  const listeners = await openListeners(runtime, gateway, settings, certificates);
  if (certificates !== null) {
    renew = () => void renewCertificates(listeners.main, certificates);
    certificates.watch(renew);
  }
  warnIfFewer(settings.maxConnections, listeners.main.maxConnections);
  console.log(startLine(runtime, listeners, isText(settings, process.stdout.isTTY)));

  if ((await stop) === 'SIGTERM') await announceStop(gateway, settings);
  log.info('stopping: finishing requests and copies');
  unwatch?.();
  await finish(gateway, listeners, settings.shutdownTimeout * 1000);
  runtime.close();
  await Promise.race([output.drain(), after(LOG_DRAIN_TIMEOUT_MS)]);
  process.exit(0);
}

/** On SIGHUP: who sends it is told what came of it, also where nothing did. */
async function readAgain(gateway: Gateway): Promise<void> {
  log.info('SIGHUP: reading the routes again');
  const refreshed = await gateway.refresh();
  const isNews = refreshed.result !== 'unchanged' && !('repeated' in refreshed);
  if (!isNews) logReload(refreshed);
}

/** The old certificates stay in use where the new ones cannot be. */
async function renewCertificates(
  listening: Listening,
  certificates: CertificateReader,
): Promise<void> {
  try {
    listening.renewCertificates(await certificates.read());
    log.info('certificates read again');
  } catch (error) {
    log.error('{error}: the certificates in use stay in use', { error: textOf(error) });
  }
}

/**
 * The line that says where it listens. It is printed whatever the level of the log is, because programs wait for it, and
 * as JSON where the log is JSON, for those that read nothing else.
 */
function startLine({ name }: ServerRuntime, { main, admin }: Listeners, asText: boolean): string {
  const control = admin === null ? '' : `, the control plane on ${urlsOf(admin)}`;
  const message = `proxy-mirror on ${name}, listening on ${urlsOf(main)}${control} as process ${process.pid}`;
  if (asText) return message;
  const { hostname, port, tlsPort } = main;
  const ports = {
    port,
    ...(tlsPort !== null && { tlsPort }),
    ...(admin !== null && { adminPort: admin.port }),
  };
  return jsonLine({
    category: ['proxy-mirror'],
    level: 'info',
    rawMessage: message,
    message: [message],
    properties: { runtime: name, hostname, ...ports },
    timestamp: Date.now(),
  }).trimEnd();
}

/** Lets load balancers see that this server is about to stop, before it refuses connections. */
async function announceStop(gateway: Gateway, { shutdownDelay }: ServerSettings): Promise<void> {
  if (shutdownDelay === 0) return;
  gateway.retire();
  log.info('stopping in {shutdownDelay} s: until then only readiness says so', { shutdownDelay });
  await after(shutdownDelay * 1000);
}

/** Stops accepting, and ends requests and then copies, together in this time. */
async function finish(gateway: Gateway, listeners: Listeners, deadlineMs: number): Promise<void> {
  const began = performance.now();
  const kill = setTimeout(() => listeners.kill(), deadlineMs);
  await Promise.race([listeners.stop(), after(deadlineMs)]);
  clearTimeout(kill);
  await gateway.drain(Math.max(0, deadlineMs - (performance.now() - began)));
}

function homeOf({ routes }: ServerSettings): Pick<GatewayOptions, 'routes' | 'store'> {
  if (!('path' in routes)) return { routes };
  return { store: fileStore(routes.path, { mustExist: routes.given }) };
}

/** Who tries it with two URLs may not think of it. */
function warnOfWrites({ routes }: ServerSettings): void {
  if ('path' in routes) return;
  const { methods = [] } = routes[0]?.plugins?.['proxy-mirror'] ?? {};
  if (methods.length > 0) return;
  log.warning('writes are copied to the mirror as well: --methods GET,HEAD copies reads alone');
}

function isText({ logFormat }: ServerSettings, terminal: boolean): boolean {
  return logFormat === 'text' || (logFormat === 'auto' && terminal);
}

function warnIfFewer(asked: number | null, maxConnections: number): void {
  if (asked === null || asked <= maxConnections) return;
  log.warning(
    'MAX_CONNECTIONS is {asked}, but the process may have file descriptors for {maxConnections} alone, ' +
      'and as many each for upstreams and mirrors (ulimit -n)',
    { asked, maxConnections },
  );
}

function after(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
