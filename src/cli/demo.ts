import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import process from 'node:process';
import { createGateway, type Gateway } from '../gateway.ts';
import type { Listening, ServerRuntime } from '../runtime/server.ts';
import { DEFAULTS } from '../settings/defaults.ts';
import { readPort } from '../settings/server.ts';
import { SettingError } from '../settings/values.ts';
import type { Call } from './command.ts';

/** Delay of the demo's mirror, to show that clients do not wait for it. */
const MIRROR_DELAY_MS = 1000;

/** How much of a body is printed. */
const MAX_PRINTED_CHARACTERS = 60;

/**
 * Runs a gateway together with an upstream and a mirror, all in this process. Prints a curl command to try, and
 * then what the client and the mirror receive. The mirror is slow and responds with 500.
 */
export async function demo({ flags, runtime: makeRuntime }: Call): Promise<void> {
  const port = readPort(flags, process.env);
  const runtime = await makeRuntime();
  const upstream = await serveEach((request, body, response) => {
    const text = `Hello from the upstream: ${request.method} ${request.url}`;
    response.writeHead(200, { 'content-type': 'text/plain' });
    response.end(`${text}\n`);
    show('client got', request, body, `200 ${JSON.stringify(text)}`);
  });
  const mirror = await serveEach((request, body, response) => {
    show('mirror got', request, body, `a copy marked ${request.headers['x-mirrored-by']}`);
    setTimeout(() => response.writeHead(500).end('nobody sees this\n'), MIRROR_DELAY_MS);
  });
  const gateway = createGateway({
    runtime,
    routes: [
      {
        uri: '/*',
        upstream: { type: 'roundrobin', nodes: { [`127.0.0.1:${upstream}`]: 1 } },
        plugins: { 'proxy-mirror': { host: `http://127.0.0.1:${mirror}` } },
      },
    ],
    onEvent: (event) => {
      if (event.type !== 'copy') return;
      const { outcome, reason } = event.outcome;
      console.log(
        `  outcome     ${outcome}: ${reason}, after ${Math.round(event.seconds * 1000)} ms`,
      );
    },
  });
  // Before the output says that the gateway runs, so that a signal from then on ends it.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(0));
  const { port: taken } = await listenNear(runtime, gateway, port);
  console.log(
    [
      `gateway   http://127.0.0.1:${taken}`,
      `upstream  http://127.0.0.1:${upstream}  answers the client`,
      `mirror    http://127.0.0.1:${mirror}  gets a copy, answers 500 after ${MIRROR_DELAY_MS} ms`,
      '',
      'Try it in another terminal (Ctrl-C here ends the demo):',
      '',
      `  curl -i 'http://127.0.0.1:${taken}/hello?name=you' -d 'some text'`,
      '',
    ].join('\n'),
  );
}

type Respond = (request: IncomingMessage, body: string, response: ServerResponse) => void;

/** Starts a server on a free port, which it returns; `respond` is called after the whole request has arrived. */
function serveEach(respond: Respond): Promise<number> {
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => {
      if (body.length <= MAX_PRINTED_CHARACTERS) body += text.slice(0, MAX_PRINTED_CHARACTERS + 1);
    });
    request.on('end', () => respond(request, body, response));
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

function show(who: string, { method, url }: IncomingMessage, body: string, what: string): void {
  const shown =
    body.length > MAX_PRINTED_CHARACTERS ? `${body.slice(0, MAX_PRINTED_CHARACTERS)}...` : body;
  console.log(`${who}  ${method} ${url}${shown && ` with ${JSON.stringify(shown)}`}: ${what}`);
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
    const found = error instanceof Error ? error.message : String(error);
    throw new SettingError(`cannot listen on 127.0.0.1 port ${given}: ${found}`);
  });
}
