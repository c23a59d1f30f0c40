import process from 'node:process';
import { createGateway, type Gateway, type GatewayOptions } from '../gateway.ts';
import type { Listening, ServerRuntime } from '../runtime/server.ts';
import { readServerSettings, type ServerSettings } from '../settings/server.ts';
import { SettingError } from '../settings/values.ts';
import { fileStore } from '../stores/file/file-store.ts';
import { jsonLine, textLine } from '../telemetry/line.ts';
import { lineRate } from '../telemetry/line-rate.ts';
import { logReload } from '../telemetry/log.ts';
import { configureLog, log } from '../telemetry/logger/logtape.ts';
import { outputSink } from '../telemetry/output-sink.ts';
import type { Call } from './command.ts';
import { readCertificates, watchCertificates } from './certificates.ts';
import type { TlsSettings } from '../settings/tls.ts';
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
  const listening = await listen(runtime, gateway, settings);
  const { tls } = settings;
  if (tls !== null) {
    renew = () => void renewCertificates(listening, tls);
    watchCertificates(tls.certificates, renew);
  }
  warnIfFewer(settings.maxConnections, listening.maxConnections);
  console.log(startLine(runtime, listening, isText(settings, process.stdout.isTTY)));

  if ((await stop) === 'SIGTERM') await announceStop(gateway, settings);
  log.info('stopping: finishing requests and copies');
  unwatch?.();
  await finish(gateway, listening, settings.shutdownTimeout * 1000);
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
  { certificates }: TlsSettings,
): Promise<void> {
  try {
    listening.renewCertificates(await readCertificates(certificates));
    log.info('certificates read again');
  } catch (error) {
    log.error('{error}: the certificates in use stay in use', { error: textOf(error) });
  }
}

/**
 * The line that says where it listens. It is printed whatever the level of the log is, because programs wait for it, and
 * as JSON where the log is JSON, for those that read nothing else.
 */
function startLine({ name }: ServerRuntime, listening: Listening, asText: boolean): string {
  const message = `proxy-mirror on ${name}, listening on ${urlsOf(listening)} as process ${process.pid}`;
  if (asText) return message;
  const { hostname, port, tlsPort } = listening;
  return jsonLine({
    category: ['proxy-mirror'],
    level: 'info',
    rawMessage: message,
    message: [message],
    properties: { runtime: name, hostname, port, ...(tlsPort !== null && { tlsPort }) },
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
async function finish(gateway: Gateway, listening: Listening, deadlineMs: number): Promise<void> {
  const began = performance.now();
  const kill = setTimeout(() => listening.kill(), deadlineMs);
  await Promise.race([listening.stop(), after(deadlineMs)]);
  clearTimeout(kill);
  await gateway.drain(Math.max(0, deadlineMs - (performance.now() - began)));
}

/** @throws SettingError when the address cannot be listened on */
async function listen(
  runtime: ServerRuntime,
  app: Gateway,
  { host, port, tls, clientTimeout, maxConnections, maxHeadSize }: ServerSettings,
): Promise<Listening> {
  const certificates = tls === null ? [] : await readCertificates(tls.certificates);
  try {
    return await runtime.listen({
      app,
      hostname: host,
      port,
      clientTimeout,
      ...(tls !== null && { tls: { port: tls.port, certificates, onFailure: failureListener() } }),
      ...(maxConnections !== null && { maxConnections }),
      ...(maxHeadSize !== null && { maxHeadBytes: maxHeadSize }),
      onCrowded: crowdedListener(),
      onReopened: () => log.error('no connection was accepted any more: listening anew'),
    });
  } catch (error) {
    throw new SettingError(`cannot listen on ${host} port ${port}: ${textOf(error)}`);
  }
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

function crowdedListener(): (maxConnections: number) => void {
  const admit = lineRate(Date.now);
  return (maxConnections) => {
    const suppressed = admit('crowded');
    if (suppressed === null) return;
    const facts = { maxConnections, suppressed };
    log.warning('all {maxConnections} connections are busy: a client was turned away', facts);
  };
}

/** Anybody can make handshakes fail, so that these lines are few. */
function failureListener(): (reason: string) => void {
  const admit = lineRate(Date.now);
  return (reason) => {
    const suppressed = admit('handshake');
    if (suppressed !== null) log.info('a TLS handshake failed: {reason}', { reason, suppressed });
  };
}

function after(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Addresses that mean all of the machine's, and one of these that a client on the machine can use. */
const WILDCARDS: ReadonlyMap<string, string> = new Map([
  ['0.0.0.0', '127.0.0.1'],
  ['::', '::1'],
]);

/** Where it listens; for all addresses also a URL that works on this machine. */
export function urlsOf({
  hostname,
  port,
  tlsPort = null,
}: Pick<Listening, 'hostname' | 'port'> & Partial<Pick<Listening, 'tlsPort'>>): string {
  const plain = urls('http', hostname, port);
  return tlsPort === null ? plain : `${plain} and ${urls('https', hostname, tlsPort)}`;
}

function urls(scheme: string, hostname: string, port: number): string {
  const url = (host: string) => `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`;
  const local = WILDCARDS.get(hostname);
  return local === undefined ? url(hostname) : `${url(hostname)} (${url(local)})`;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
