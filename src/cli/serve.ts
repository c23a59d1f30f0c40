import process from 'node:process';
import { parseArgs } from 'node:util';
import { routesDocument } from '../config/document.ts';
import { createGateway } from '../gateway.ts';
import type { Listening, ServerRuntime } from '../runtime/server.ts';
import {
  type Flags,
  readServerSettings,
  SERVER_FLAGS,
  type ServerSettings,
} from '../settings/server.ts';
import { SettingError } from '../settings/values.ts';
import { fileStore } from '../stores/file/file-store.ts';
import { memoryStore } from '../stores/memory.ts';
import type { Store } from '../stores/store.ts';
import { jsonLine } from '../telemetry/line.ts';
import { lineRate } from '../telemetry/line-rate.ts';
import { configureLog, log } from '../telemetry/log.ts';
import { outputSink } from '../telemetry/output-sink.ts';

/** Exit status when the gateway could not start: an invalid setting, or the address is in use. */
const EXIT_USAGE = 2;

/** How long a shutdown waits until the log is written: the reader of the output may have stopped reading. */
const LOG_DRAIN_TIMEOUT_MS = 500;

/** Runs the gateway until SIGTERM or SIGINT, then shuts it down and exits. */
export async function serve(runtime: ServerRuntime): Promise<void> {
  const settings = settingsOrExit();
  const output = outputSink(runtime.write, () => jsonLine);
  configureLog(settings.logLevel, output.sink);
  const store = storeOf(settings);
  const { adminKey, trustedProxies, mirrorMemory } = settings;
  const gateway = createGateway({ store, runtime, adminKey, trustedProxies, mirrorMemory });
  await gateway.refresh();
  const unwatch = store.watch?.(() => void gateway.refresh());

  // Before the line with the URL is printed, because a signal may follow it at once.
  const stop = signalled();
  let listening: Listening;
  try {
    listening = await runtime.listen({
      app: gateway,
      hostname: settings.host,
      port: settings.port,
      clientTimeout: settings.clientTimeout,
      ...(settings.maxConnections !== null && { maxConnections: settings.maxConnections }),
      onCrowded: crowdedListener(),
      onReopened: () => log.error('no connection was accepted any more: listening anew'),
    });
  } catch (error) {
    stopWith(`cannot listen on ${settings.host} port ${settings.port}: ${textOf(error)}`);
  }
  warnIfFewer(settings.maxConnections, listening.maxConnections);
  console.log(`proxy-mirror on ${runtime.name}, listening on ${urlOf(listening)}`);

  await stop;
  log.info('stopping: finishing requests and copies');
  unwatch?.();
  const deadline = settings.shutdownTimeout * 1000;
  const began = performance.now();
  const kill = setTimeout(() => listening.kill(), deadline);
  await Promise.race([listening.stop(), after(deadline)]);
  clearTimeout(kill);
  await gateway.drain(Math.max(0, deadline - (performance.now() - began)));
  runtime.close();
  await Promise.race([output.drain(), after(LOG_DRAIN_TIMEOUT_MS)]);
  process.exit(0);
}

function settingsOrExit(): ServerSettings {
  try {
    return readServerSettings(parseFlags(process.argv.slice(2), SERVER_FLAGS), process.env);
  } catch (error) {
    if (!(error instanceof SettingError)) throw error;
    return stopWith(error.message);
  }
}

function storeOf({ routes }: ServerSettings): Store {
  return typeof routes === 'string' ? fileStore(routes) : memoryStore(routesDocument(routes));
}

function stopWith(line: string): never {
  console.error(`proxy-mirror: ${line}`);
  process.exit(EXIT_USAGE);
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

function after(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** A URL that works on this machine: a wildcard address, which means all interfaces, becomes 127.0.0.1. */
function urlOf({ hostname, port }: Listening): string {
  const host = hostname === '0.0.0.0' || hostname === '::' ? '127.0.0.1' : hostname;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * Parses a command line of flags, which all have a value.
 *
 * @param names the allowed flags, without the dashes
 * @throws SettingError whose message is the line to print
 */
export function parseFlags(args: readonly string[], names: readonly string[]): Flags {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: Object.fromEntries(names.map((name) => [name, { type: 'string' as const }])),
      allowPositionals: false,
    });
    return values as Flags;
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    // Only the first sentence: Node's advice after it takes several lines.
    const [sentence] = found.split(/\.(?:\s|$)/);
    throw new SettingError(`${sentence}; flags: ${names.map((n) => `--${n}`).join(' ')}`);
  }
}

/**
 * A terminal sends Ctrl-C to the whole process group, and npm and `bun run` forward it, so one Ctrl-C may arrive
 * twice. A signal this soon after the first counts as the same one.
 */
const SAME_SIGNAL_MS = 500;

/** Resolves on the first SIGTERM or SIGINT; a second one ends the process at once. */
export function signalled(): Promise<void> {
  return new Promise((resolve) => {
    let first: number | null = null;
    // One listener for both signals: Deno also calls listeners that are added while a signal is handled.
    function receive(): void {
      const now = performance.now();
      if (first === null) {
        first = now;
        resolve();
      } else if (now - first > SAME_SIGNAL_MS) process.exit(1);
    }
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, receive);
  });
}
