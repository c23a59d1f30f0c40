import { once } from 'node:events';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { GatewayProcess, TestServerRuntime } from '../runtimes/runtime.ts';
import { authority, type Certified } from '../support/certificate.ts';
import { send } from '../support/client.ts';
import { logged } from '../support/log.ts';
import { origin, type Origin, route } from '../support/origin.ts';
import { settled } from '../support/outcomes.ts';
import { until } from '../support/until.ts';

const MIB = 2 ** 20;

/** Looks in a row, 5 ms apart, at which nothing has moved. */
const LOOKS = 60;

/** `tls` of an upstream and of a mirror: whom the gateway trusts, and what it shows of itself. */
export function upstreamTls(runtime: TestServerRuntime): void {
  const { cert: ca, issue } = authority();
  const other = authority('Another authority of a test');
  const [client, renewed] = [issue('client.test'), issue('renewed.test')];
  let folder: string;
  let gateway: GatewayProcess;
  let plain: Origin;
  /** One that asks for no certificate of the client, and one that insists on one. */
  let open: Server;
  let mutual: Server;
  /** Names in the certificate of the client, of each request. */
  const shown: string[] = [];
  const sockets = new Set<unknown>();
  let routes = 0;

  async function secure(options: object): Promise<Server> {
    const own = issue('localhost', '127.0.0.1');
    const server = createServer({ ...own, ...options }, ({ socket }, response) => {
      shown.push((socket as TLSSocket).getPeerCertificate().subjectaltname ?? '');
      sockets.add(socket);
      response.end('over TLS');
    });
    // A slow machine is not to see it close connections between two requests.
    server.keepAliveTimeout = 600_000;
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return server;
  }
  const nodeOf = (server: Server) => `localhost:${(server.address() as AddressInfo).port}`;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'proxy-mirror-tls-'));
    [open, mutual, plain] = await Promise.all([
      secure({}),
      secure({ ca, requestCert: true }),
      origin(),
    ]);
    gateway = await runtime.start({ env: { LOG_LEVEL: 'debug' } });
  });
  beforeEach(() => {
    shown.length = 0;
    sockets.clear();
  });
  afterAll(async () => {
    await Promise.all([gateway.stop(), plain.close()]);
    for (const server of [open, mutual]) {
      server.closeAllConnections();
      server.close();
    }
    await rm(folder, { recursive: true });
  });

  const withTls = (id: string, server: Server, tls: object | undefined) => ({
    uri: `/${id}`,
    upstream: { scheme: 'https', nodes: { [nodeOf(server)]: 1 }, retries: 0, tls },
  });
  async function over(server: Server, tls: object | undefined): Promise<number> {
    const id = `upstream-${++routes}`;
    await gateway.put(id, withTls(id, server, tls));
    return (await send(gateway.url, `/${id}`)).status;
  }

  it('a client that does not read makes the upstream wait', async () => {
    const body = 64 * MIB;
    let sent = 0;
    const server = createServer(issue('localhost', '127.0.0.1'), (_, response) => {
      response.writeHead(200, { 'content-length': body });
      const chunk = Buffer.alloc(64 * 1024);
      const write = () => {
        while (sent < body && !response.destroyed) {
          sent += chunk.byteLength;
          if (!response.write(chunk)) return void response.once('drain', write);
        }
      };
      write();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    await gateway.put('unread', withTls('unread', server, { ca }));
    const reader = connect(gateway.port, '127.0.0.1').pause();
    reader.write('GET /unread HTTP/1.1\r\nHost: a.test\r\n\r\n');
    // Until the upstream gets no further, or has sent all.
    let [before, stood] = [-1, 0];
    await until(() => {
      stood = sent > 0 && sent === before ? stood + 1 : 0;
      before = sent;
      return stood === LOOKS || sent >= body;
    }, 25_000);
    expect(sent).toBeLessThan(body / 2);
    reader.destroy();
    server.closeAllConnections();
    server.close();
  });
  const write = (id: string, body: object, method = 'PUT', below = '') =>
    gateway.admin(`admin/routes/${id}${below}`, { method, body: JSON.stringify(body) });
  const pairOf = ({ cert, key }: Certified) => ({ client_cert: cert, client_key: key });
  async function files(name: string, { cert, key }: Certified): Promise<object> {
    const [certPath, keyPath] = [join(folder, `${name}.crt`), join(folder, `${name}.key`)];
    await Promise.all([writeFile(certPath, cert), writeFile(keyPath, key)]);
    return { client_cert: certPath, client_key: keyPath };
  }

  it.each([
    ['nothing', undefined, 502],
    ['an empty object', {}, 502],
    ['verify: true', { verify: true }, 502],
    ['its authority', { ca }, 200],
    ['its authority after another', { ca: other.cert + ca }, 200],
    ['another authority', { ca: other.cert }, 502],
    ['verify: false', { verify: false }, 200],
    ['verify: false and another authority', { verify: false, ca: other.cert }, 200],
  ] as const)('with %s', async (_, tls, status) => {
    expect(await over(open, tls)).toBe(status);
  });

  it('shows the certificate of the client, and its key to nobody', async () => {
    expect(await over(mutual, { ca, ...pairOf(client) })).toBe(200);
    expect(shown).toEqual(['DNS:client.test']);
    const wrong = other.issue('wrong.test');
    for (const tls of [{ ca }, { ca, ...pairOf(wrong) }, { ca: other.cert, ...pairOf(client) }])
      expect(await over(mutual, tls)).toBe(502);
    expect(shown).toEqual(['DNS:client.test']);
    const output = gateway.program.stdout() + gateway.program.stderr();
    for (const { key } of [client, wrong])
      for (const line of key.split('\n').filter((text) => text.length > 20))
        expect(output).not.toContain(line);
  });

  it('tells in the log that TLS failed', async () => {
    const id = `upstream-${routes + 1}`;
    expect(await over(open, { ca: other.cert })).toBe(502);
    const failure = logged(gateway.program).find(
      ({ level, properties }) => level === 'ERROR' && properties['route'] === id,
    );
    expect(failure?.properties).toMatchObject({ error: expect.stringMatching(/certificate/i) });
  });

  it('is the same for a mirror', async () => {
    const mirror = { url: `https://${nodeOf(mutual)}` };
    const rows = [
      [{ ca, ...pairOf(client) }, 'sent 2xx'],
      [{ ...pairOf(client) }, 'failed tls'],
      [{ verify: false, ...pairOf(client) }, 'sent 2xx'],
      [{ ca }, 'failed tls'],
    ] as const;
    for (const [tls, outcome] of rows) {
      const id = `mirror-${++routes}`;
      await gateway.put(id, route(plain, mirror, { uri: `/${id}`, plugin: { tls } }));
      expect((await send(gateway.url, `/${id}`)).status).toBe(200);
      expect(await settled(gateway, id, 1)).toEqual({ [outcome]: 1 });
    }
  });

  it('shares no connection between routes with other TLS', async () => {
    expect(await over(mutual, { ca, ...pairOf(client) })).toBe(200);
    expect(await over(mutual, { verify: false, ...pairOf(client) })).toBe(200);
    expect(await over(mutual, { ca, ...pairOf(renewed) })).toBe(200);
    // More if the name's other address has its turn.
    expect(sockets.size).toBeGreaterThanOrEqual(3);
  });

  it('reads files, and again when they change', async () => {
    const paths = await files('client', client);
    await writeFile(join(folder, 'ca.pem'), ca);
    const tls = { ca: join(folder, 'ca.pem'), ...paths };
    // A new connection for each request.
    const keepalive_pool = { requests: 1 };
    const files_ = withTls('files', mutual, tls);
    await gateway.put('files', { ...files_, upstream: { ...files_.upstream, keepalive_pool } });
    const get = async () => (await send(gateway.url, '/files')).status;
    expect([await get(), shown]).toEqual([200, ['DNS:client.test']]);
    await files('next', renewed);
    // Between the two, certificate and key are those of two: the last good ones stay in use.
    for (const name of ['key', 'crt']) {
      await rename(join(folder, `next.${name}`), join(folder, `client.${name}`));
      expect(await get()).toBe(200);
    }
    expect(shown).toEqual(['DNS:client.test', 'DNS:client.test', 'DNS:renewed.test']);
    await rm(join(folder, 'client.key'));
    expect([await get(), shown.at(-1)]).toEqual([200, 'DNS:renewed.test']);
  });

  const key = 'property "tls" validation failed: property "client_key" validation failed: ';
  const cert = key.replace('client_key', 'client_cert');
  const authorities = key.replace('client_key', 'ca');
  const FILE = 'expected PEM, or the path of a PEM file, found';
  it.each([
    ['a key of another', { ...pairOf(client), client_key: renewed.key }, `${key}expected its key,`],
    ['no key', { client_cert: client.cert }, `${key}expected this beside client_cert,`],
    ['no certificate', { client_key: client.key }, `${cert}expected this beside client_key,`],
    ['a key for a certificate', { ...pairOf(client), client_cert: client.key }, `${cert}expected`],
    ['a broken key', { ...pairOf(client), client_key: broken(client.key) }, `${key}expected its`],
    ['a broken authority', { ca: broken(ca) }, `${authorities}expected a certificate in PEM`],
    ['no file', { ca: '/nowhere/at/all.pem' }, `${authorities}${FILE} no file that can be read`],
    ['a folder', { ca: '/' }, `${authorities}${FILE} no file`],
    ['an endless file', { ca: '/dev/zero' }, `${authorities}${FILE} no file`],
    ['a hidden key', { ...pairOf(client), client_key: '(hidden)' }, `${key}${FILE} what is shown`],
  ])('refuses %s, and changes nothing', async (_, tls, message) => {
    const before = await (await gateway.admin('admin/routes')).text();
    const bad = withTls('bad', open, tls);
    const refused = [
      await write('bad', bad),
      await gateway.admin('admin/routes', { method: 'POST', body: JSON.stringify(bad) }),
      await gateway.admin('admin/schema/validate/routes', {
        method: 'POST',
        body: JSON.stringify(bad),
      }),
    ];
    for (const response of refused) {
      expect(response.status).toBe(400);
      const { error_msg: text } = (await response.json()) as { error_msg: string };
      expect(text).toContain(
        `invalid configuration: property "upstream" validation failed: ${message}`,
      );
      expect(text).not.toContain('PRIVATE');
      expect(text.length).toBeLessThan(400);
    }
    expect(await (await gateway.admin('admin/routes')).text()).toBe(before);
    const mirror = route(plain, { url: `https://${nodeOf(open)}` }, { plugin: { tls } });
    const { error_msg } = (await (await write('bad', mirror)).json()) as { error_msg: string };
    expect(error_msg).toContain(
      `failed to check the configuration of plugin proxy-mirror err: ${message}`,
    );
  });

  describe('the admin API', () => {
    it('shows keys nowhere, and keeps them when the rest is patched', async () => {
      const created = await write('keyed', withTls('keyed', mutual, { ca, ...pairOf(client) }));
      const patched = await write('keyed', { desc: 'patched' }, 'PATCH');
      const got = await gateway.admin('admin/routes/keyed');
      const listed = await gateway.admin('admin/routes');
      for (const response of [created, patched, got, listed]) {
        const text = await response.text();
        expect(text).toContain('"client_key":"(hidden)"');
        expect(text).toContain('BEGIN CERTIFICATE');
        expect(text).not.toContain('PRIVATE KEY');
      }
      expect((await send(gateway.url, '/keyed')).status).toBe(200);
    });
  });
}

function broken(pem: string): string {
  return pem.replace(/\n.{20}/, '\n');
}
