import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { GatewayProcess, TestServerRuntime } from '../runtimes/runtime.ts';
import { authority } from '../support/certificate.ts';
import { send } from '../support/client.ts';
import { origin, type Origin, route } from '../support/origin.ts';
import { settled } from '../support/outcomes.ts';

const API = 'api.internal.test';

/** TLS: the server name sent to an upstream or a mirror is the name that the certificate must have. */
export function serverName(runtime: TestServerRuntime): void {
  let folder: string;
  let gateway: GatewayProcess;
  let plain: Origin;
  let secure: Server;
  let port: number;
  /** The server name of each request, `false` for none; and the connection of each request. */
  const names: unknown[] = [];
  const sockets = new Set<unknown>();
  let mirrors = 0;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'proxy-mirror-tls-'));
    const { cert, issue } = authority();
    const trusted = join(folder, 'authority.pem');
    await writeFile(trusted, cert);
    secure = createServer(issue(API, 'localhost', '127.0.0.1'), ({ socket }, response) => {
      names.push((socket as TLSSocket & { readonly servername: unknown }).servername);
      sockets.add(socket);
      response.end('over TLS');
    });
    // A slow machine is not to see it close connections between two requests.
    secure.keepAliveTimeout = 600_000;
    secure.listen(0, '127.0.0.1');
    await once(secure, 'listening');
    ({ port } = secure.address() as AddressInfo);
    const env = { NODE_EXTRA_CA_CERTS: trusted };
    [gateway, plain] = await Promise.all([runtime.start({ env }), origin()]);
  });
  beforeEach(() => {
    names.length = 0;
    sockets.clear();
  });
  afterAll(async () => {
    await Promise.all([gateway.stop(), plain.close()]);
    secure.closeAllConnections();
    secure.close();
    await rm(folder, { recursive: true });
  });

  const toUpstream = (id: string, host: string, upstream: object = {}) =>
    gateway.put(id, {
      uri: `/${id}`,
      upstream: { scheme: 'https', nodes: { [`${host}:${port}`]: 1 }, ...upstream },
    });
  const get = async (path: string, host: string) => {
    const { status } = await send(gateway.url, path, { headers: { host } });
    return status;
  };

  it.each([
    ["an address and upstream_host: upstream_host's", '127.0.0.1', 'a.test', API, API, 200],
    ["a name and upstream_host: upstream_host's", 'localhost', 'a.test', `${API}:8443`, API, 200],
    ["a name: the node's own", 'localhost', API, null, 'localhost', 200],
    ['a name with a trailing dot: without it', 'localhost.', API, null, 'localhost', 200],
    ["an address: the name in the client's Host", '127.0.0.1', `${API}:8443`, null, API, 200],
    ['an address: the same in lower case', '127.0.0.1', 'API.internal.test.', null, API, 200],
    [
      'an address and a Host that is an address: none',
      '127.0.0.1',
      '127.0.0.1:1',
      null,
      false,
      200,
    ],
    ['a name that the certificate lacks', '127.0.0.1', API, 'other.test', null, 502],
    ['a Host that the certificate lacks', '127.0.0.1', 'other.test', null, null, 502],
  ] as const)('to %s', async (_, node, host, upstreamHost, expected, status) => {
    const rewrite = { pass_host: 'rewrite', upstream_host: upstreamHost };
    await toUpstream('one', node, upstreamHost === null ? {} : rewrite);
    expect(await get('/one', host)).toBe(status);
    expect(names).toEqual(expected === null ? [] : [expected]);
  });

  it('to an address with pass_host "node": none, and the certificate must be the address\'s', async () => {
    await toUpstream('node', '127.0.0.1', { pass_host: 'node' });
    expect(await get('/node', 'other.test')).toBe(200);
    expect(names).toEqual([false]);
  });

  it('shares no connection with another name', async () => {
    await toUpstream('a', '127.0.0.1', { pass_host: 'rewrite', upstream_host: API });
    await toUpstream('b', '127.0.0.1', { pass_host: 'rewrite', upstream_host: 'localhost' });
    for (const path of ['/a', '/b', '/a', '/b']) expect(await get(path, 'a.test')).toBe(200);
    expect(names).toEqual([API, 'localhost', API, 'localhost']);
    // More on a busy machine, where the upstream closes one that was idle for long.
    expect(sockets.size).toBeGreaterThanOrEqual(2);
    await toUpstream('c', '127.0.0.1');
    for (const host of [API, 'localhost', API]) expect(await get('/c', host)).toBe(200);
    expect(names.slice(4)).toEqual([API, 'localhost', API]);
  });

  it.each([
    ["rewritten: upstream_host's", { pass_host: 'rewrite', upstream_host: API }, API, 'sent 2xx'],
    ["as the primary's: the client's", {}, API, 'sent 2xx'],
    ['its own, an address: none', { pass_host: 'node' }, false, 'sent 2xx'],
    [
      'a name that the certificate lacks',
      { pass_host: 'rewrite', upstream_host: 'other.test' },
      null,
      'failed tls',
    ],
  ])('to a mirror whose Host is %s', async (_, plugin, expected, outcome) => {
    const id = `mirror-${++mirrors}`;
    const mirror = { url: `https://127.0.0.1:${port}` };
    await gateway.put(id, route(plain, mirror, { uri: `/${id}`, plugin }));
    expect(await get(`/${id}`, API)).toBe(200);
    expect(await settled(gateway, id, 1)).toEqual({ [outcome]: 1 });
    expect(names).toEqual(expected === null ? [] : [expected]);
  });
}
