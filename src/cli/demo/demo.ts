import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import process from 'node:process';
import { createGateway, type Gateway } from '../../gateway.ts';
import type { Listening, ServerRuntime } from '../../runtime/server.ts';
import { DEFAULTS } from '../../settings/defaults.ts';
import { readPort } from '../../settings/server.ts';
import { textOf } from '../listeners.ts';
import { SettingError } from '../../settings/values.ts';
import type { Call } from '../command.ts';
import { signalled } from '../signals.ts';
import { firstOfEachSecond } from './described.ts';
import {
  baselineLine,
  clientLine,
  ending,
  eventLines,
  mirrorLine,
  MORE,
  opening,
} from './lines.ts';
import { newVersion, oldVersion, type Version } from './versions.ts';

/** Delay of the demo's mirror, to show that clients do not wait for it. */
const MIRROR_DELAY_MS = 500;

/** How long the end waits for copies, so that they are in the report. */
const DRAIN_MS = 2 * MIRROR_DELAY_MS;

/**
 * Runs a gateway together with an upstream and a mirror, all in this process: two versions of a service, of which the new
 * one has faults. Prints a curl command to try, then what the client and the mirror receive and where their responses
 * differ, and at the end the report.
 */
export async function demo({ flags, runtime: makeRuntime }: Call): Promise<void> {
  const port = readPort(flags, process.env);
  const runtime = await makeRuntime();
  const isDescribed = firstOfEachSecond(() => console.log(MORE), Date.now);
  const upstream = await serveVersion(oldVersion, 0, (request, body, status, text) => {
    if (!isDescribed(idOf(request))) return;
    console.log(
      isMarked(request) ? baselineLine(request) : clientLine(request, body, status, text),
    );
  });
  const mirror = await serveVersion(newVersion(), MIRROR_DELAY_MS, (request, body) => {
    if (isDescribed(idOf(request))) console.log(mirrorLine(request, body));
  });
  const gateway = createGateway({
    runtime,
    routes: [
      {
        uri: '/*',
        upstream: { type: 'roundrobin', nodes: { [`127.0.0.1:${upstream}`]: 1 } },
        plugins: {
          'proxy-mirror': {
            host: `http://127.0.0.1:${mirror}`,
            // Of each request, as there will be few.
            compare: { baseline: 'primary', baseline_ratio: 1 },
          },
        },
      },
    ],
    onEvent(event) {
      if (event.type !== 'copy' && event.type !== 'comparison') return;
      if (!isDescribed(event.request.id)) return;
      for (const text of eventLines(event)) console.log(text);
    },
  });
  // Before the output says that the gateway runs, so that a signal from then on ends it.
  const stop = signalled({ SIGHUP: () => process.exit(0) });
  const { port: taken } = await listenNear(runtime, gateway, port);
  console.log(opening({ gateway: taken, upstream, mirror, delayMs: MIRROR_DELAY_MS }));

  await stop;
  await gateway.drain(DRAIN_MS);
  console.log(ending(await gateway.report(), taken));
  process.exit(0);
}

type OnRequest = (request: IncomingMessage, body: string, status: number, text: string) => void;

/** The gateway gives each request an id where it compares. */
function idOf({ headers }: IncomingMessage): string {
  return String(headers['x-request-id']);
}

/** Copies and the baseline's requests have the mark of the gateway. */
function isMarked({ headers }: IncomingMessage): boolean {
  return headers['x-mirrored-by'] !== undefined;
}

/** Most characters kept of a request's body: more than are printed. */
const MAX_BODY_CHARACTERS = 1000;

/**
 * Serves a version on a free port, which it returns.
 *
 * @param onRequest called with each request, once the whole of it has arrived, and with the response
 */
function serveVersion(version: Version, delayMs: number, onRequest: OnRequest): Promise<number> {
  const server = createServer((request, response) => {
    let received = '';
    request.setEncoding('utf8').on('data', (text: string) => {
      if (received.length < MAX_BODY_CHARACTERS) received += text.slice(0, MAX_BODY_CHARACTERS);
    });
    request.on('end', () => {
      const { status, body } = version(request.url ?? '/');
      const text = JSON.stringify(body);
      onRequest(request, received, status, text);
      setTimeout(
        () => response.writeHead(status, { 'content-type': 'application/json' }).end(`${text}\n`),
        delayMs,
      );
    });
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

/** Listens on the given port, else on the gateway's default port, or on a free one when that is in use. */
async function listenNear(
  runtime: ServerRuntime,
  app: Gateway,
  given: number | null,
): Promise<Listening> {
  const on = (port: number) => runtime.listen({ app, hostname: '127.0.0.1', port });
  if (given === null) return on(DEFAULTS.port).catch(() => on(0));
  return on(given).catch((error: unknown) => {
    const found = textOf(error);
    throw new SettingError(`cannot listen on 127.0.0.1 port ${given}: ${found}`);
  });
}
