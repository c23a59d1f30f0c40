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
import { lineRate } from '../telemetry/line-rate.ts';
import { configureLog, log } from '../telemetry/log.ts';
import { outputSink } from '../telemetry/output-sink.ts';

/** Exit status for a start that a bad setting or an address in use prevented. */
const EXIT_USAGE = 2;

/** Milliseconds for what is left of the log to be written: nobody may read it. */
const LAST_LINES = 500;

/** Runs the gateway on a runtime until SIGTERM or SIGINT. */
export async function serve(runtime: ServerRuntime): Promise<void> {
  const settings = settingsOrExit();
  const output = outputSink(runtime.write);
  configureLog(settings.logLevel, output.sink);
  const store = storeOf(settings);
  const { adminKey, trustedProxies, mirrorMemory } = settings;
  const gateway = createGateway({ store, runtime, adminKey, trustedProxies, mirrorMemory });
  await gateway.refresh();
  const unwatch = store.watch?.(() => void gateway.refresh());

  // From here on, so that a signal right after the line with the URL does not find nobody.
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
  warnOfFewer(settings.maxConnections, listening.maxConnections);
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
  await Promise.race([output.drain(), after(LAST_LINES)]);
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

function warnOfFewer(asked: number | null, maxConnections: number): void {
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

/** A URL to click on: the wildcard addresses mean every interface, this machine's among them. */
function urlOf({ hostname, port }: Listening): string {
  const host = hostname === '0.0.0.0' || hostname === '::' ? '127.0.0.1' : hostname;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * Reads a command line of flags that each have a value.
 *
 * @param names the flags that there are, without the dashes
 * @throws SettingError with the one line to print
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
    // Its first sentence: advice that follows takes lines of its own.
    const [sentence] = found.split(/\.(?:\s|$)/);
    throw new SettingError(`${sentence}; flags: ${names.map((n) => `--${n}`).join(' ')}`);
  }
}

/**
 * npm and `bun run` pass a signal on that a terminal or an orchestrator sent to the whole group, so
 * one Ctrl-C may arrive twice. What comes this soon after the first is no second wish.
 */
const ECHO_MS = 500;

/** Resolves with the first SIGTERM or SIGINT; a second one ends the process at once. */
export function signalled(): Promise<void> {
  return new Promise((resolve) => {
    let first: number | null = null;
    // One listener, not one more for the second signal: Deno calls what is added during a signal.
    function receive(): void {
      const now = performance.now();
      if (first === null) {
        first = now;
        resolve();
      } else if (now - first > ECHO_MS) process.exit(1);
    }
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, receive);
  });
}
