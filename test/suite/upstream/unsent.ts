import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { GatewayProcess, TestRuntime } from '../../runtimes/runtime.ts';
import { authority } from '../../support/certificate.ts';
import { send } from '../../support/client.ts';
import { origin, type Origin } from '../../support/origin.ts';
import { freePort } from '../../support/ports.ts';
import { unansweredPort } from '../../support/unanswered-port.ts';

interface Unreachable {
  readonly node: string;
  close(): Promise<unknown>;
}

const at = (node: string): Unreachable => ({ node, close: async () => {} });

/** A server that runs its own version of a TLS handshake. */
async function handshake(onHello: (socket: Socket) => void): Promise<Unreachable> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket.on('error', () => {}));
    socket.once('data', () => onHello(socket));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    node: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      for (const socket of open) socket.destroy();
      server.close();
      return once(server, 'close');
    },
  };
}

/** Nodes to which no byte of a request is ever written, whatever the failure is called. */
const UNREACHABLE: readonly (readonly [
  scheme: 'http' | 'https',
  what: string,
  start: () => Promise<Unreachable>,
])[] = [
  ['http', 'that refuses connections', async () => at(`127.0.0.1:${await freePort()}`)],
  ['http', 'that never accepts a connection', unansweredPort],
  ['http', 'whose name is unknown', async () => at('nonexistent.invalid:80')],
  ['https', 'that closes in the handshake', () => handshake((socket) => socket.end())],
  ['https', 'that resets in the handshake', () => handshake((socket) => socket.resetAndDestroy())],
  ['https', 'that is silent in the handshake', () => handshake(() => {})],
  [
    'https',
    'that speaks no TLS',
    () => handshake((socket) => socket.end('HTTP/1.1 400 B\r\n\r\n')),
  ],
  [
    'https',
    'with an untrusted certificate',
    () => origin(undefined, 0, authority().issue('127.0.0.1', 'localhost')),
  ],
];

const LARGE = Buffer.alloc(300_000, 'x');

/** A request of which no byte was written goes to the next node, whatever its method, with its body. */
export function unsent(runtime: TestRuntime): void {
  let folder: string;
  let gateway: GatewayProcess;
  const good = {} as Record<'http' | 'https', Origin>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'proxy-mirror-tls-'));
    const { cert, issue } = authority();
    const trusted = join(folder, 'authority.pem');
    await writeFile(trusted, cert);
    [gateway, good.http, good.https] = await Promise.all([
      runtime.start({ env: { NODE_EXTRA_CA_CERTS: trusted } }),
      origin(),
      origin(undefined, 0, issue('127.0.0.1', 'localhost')),
    ]);
  });
  afterEach(() => {
    for (const { seen } of Object.values(good)) seen.length = 0;
  });
  afterAll(async () => {
    await Promise.all(
      [gateway, ...Object.values(good)].map((one) => ('stop' in one ? one.stop() : one.close())),
    );
    await rm(folder, { recursive: true });
  });

  it.each(UNREACHABLE)('to a node of %s %s', async (scheme, _, start) => {
    const bad = await start();
    const nodes = [bad.node, good[scheme].node].map((node) => {
      const [host, port] = node.split(':');
      // The bad node first, until it is ejected.
      return { host, port: Number(port), weight: 1, priority: node === bad.node ? 1 : 0 };
    });
    const timeout = { connect: 0.5, send: 30, read: 30 };
    await gateway.put('1', { uri: '/*', upstream: { scheme, nodes, timeout } });
    for (const [method, body, chunks] of [
      ['POST', 'small', undefined],
      ['PATCH', LARGE, undefined],
      ['POST', LARGE, 7000],
    ] as const) {
      const options = {
        method,
        body,
        ...(chunks !== undefined && { chunks }),
        agent: false as const,
      };
      expect([method, (await send(gateway.url, '/x', options)).status]).toEqual([method, 200]);
    }
    const { seen } = good[scheme];
    expect(seen.map(({ body }) => body.length)).toEqual([5, LARGE.length, LARGE.length]);
    await bad.close();
  });

  it.each([
    ['http', unansweredPort],
    ['https', () => handshake(() => {})],
  ] as const)('gets 504 when the only node of %s is silent', async (scheme, start) => {
    const bad = await start();
    const timeout = { connect: 0.3, send: 30, read: 30 };
    await gateway.put('1', { uri: '/*', upstream: { scheme, nodes: { [bad.node]: 1 }, timeout } });
    expect((await send(gateway.url, '/x', { method: 'POST', body: 'x' })).status).toBe(504);
    await bad.close();
  });
}
