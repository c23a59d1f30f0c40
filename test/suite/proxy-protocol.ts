import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect as connectHttp2 } from 'node:http2';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import type { GatewayProcess, TestServerRuntime } from '../runtimes/runtime.ts';
import { authority } from '../support/certificate.ts';
import { ask } from '../support/http2-client.ts';
import { origin, type Origin, route } from '../support/origin.ts';
import { binaryHeader, LOCAL } from '../support/proxy-header.ts';
import { until } from '../support/until.ts';

const CLIENT = '192.0.2.9';
const TEXT = Buffer.from(`PROXY TCP4 ${CLIENT} 192.0.2.1 5000 80\r\n`);

/** Connections through a proxy that passes on TCP, and says for whom. */
export function proxyProtocol(runtime: TestServerRuntime): void {
  const { cert: ca, issue } = authority();
  let folder: string;
  let gateway: GatewayProcess;
  let upstream: Origin;
  let mirror: Origin;
  let targets = 0;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'proxy-mirror-proxied-'));
    const { cert, key } = issue('one.test');
    const [certFile, keyFile] = [join(folder, 'tls.crt'), join(folder, 'tls.key')];
    await Promise.all([writeFile(certFile, cert), writeFile(keyFile, key)]);
    [upstream, mirror] = await Promise.all([origin(), origin()]);
    gateway = await runtime.start({
      routes: [
        { id: '1', ...route(upstream, mirror, { uri: '/*' }) },
        { id: '2', ...byClient() },
      ],
      env: {
        TLS_PORT: '0',
        TLS_CERT: certFile,
        TLS_KEY: keyFile,
        ADMIN_PORT: '0',
        TRUSTED_PROXIES: '127.0.0.1',
        PROXY_PROTOCOL: 'on',
        CLIENT_TIMEOUT: '2',
        LOG_LEVEL: 'info',
      },
    });
  });
  afterAll(async () => {
    await Promise.all([gateway.stop(), upstream.close(), mirror.close()]);
    await rm(folder, { recursive: true });
  });

  /** A route that is for this client alone, as the upstream can see. */
  const byClient = () =>
    route(upstream, mirror, {
      uri: '/client',
      upstream: { pass_host: 'rewrite', upstream_host: 'by-client.test' },
      route: { remote_addr: CLIENT },
    });
  const fresh = () => `/${++targets}`;
  const portOf = (scheme: string) =>
    Number(new RegExp(`${scheme}://127[^\\s"]*:(\\d+)`).exec(gateway.program.stdout())![1]);

  /** @param from the address of the proxy */
  function opened(from = '127.0.0.1'): Promise<Socket> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port: gateway.port, host: '127.0.0.1', localAddress: from });
      onTestFinished(() => void socket.destroy());
      socket.once('connect', () => resolve(socket)).once('error', reject);
    });
  }
  /** All that comes back until the gateway closes the connection. */
  async function conversation(parts: readonly (string | Uint8Array)[], from?: string) {
    const socket = await opened(from);
    let got = '';
    socket.setEncoding('latin1').on('data', (text: string) => (got += text));
    const closed = new Promise((resolve) => socket.once('close', resolve));
    for (const part of parts) await new Promise<void>((done) => socket.write(part, () => done()));
    await closed;
    return got;
  }
  const get = (target: string, more = '') =>
    `GET ${target} HTTP/1.1\r\nHost: a.test\r\n${more}Connection: close\r\n\r\n`;
  /** Whom upstream and mirror take for the client. */
  async function clientsOf(target: string): Promise<unknown[]> {
    const seen = ({ seen: all }: Origin) => all.find(({ url }) => url === target);
    await until(() => seen(upstream) !== undefined && seen(mirror) !== undefined);
    return [upstream, mirror].map((server) => {
      const { headers } = seen(server)!;
      return [headers['x-forwarded-for'], headers['x-real-ip']];
    });
  }
  const both = (client: string) => [
    [client, client],
    [client, client],
  ];

  it.each([
    ['as text', TEXT, CLIENT],
    ['as text, of IPv6', Buffer.from('PROXY TCP6 2001:db8::5 ::1 5000 80\r\n'), '2001:db8::5'],
    ['in binary', binaryHeader(CLIENT), CLIENT],
    ['in binary, of IPv6', binaryHeader('2001:db8::5', Buffer.alloc(40)), '2001:db8::5'],
    ['that names nobody', Buffer.from('PROXY UNKNOWN\r\n'), '127.0.0.1'],
    ["of the proxy's own connection", LOCAL, '127.0.0.1'],
    [
      "that names a client on the proxy's machine",
      Buffer.from('PROXY TCP4 127.0.0.9 192.0.2.1 5000 80\r\n'),
      '127.0.0.1',
    ],
  ])('believes a header %s', async (_, header, client) => {
    const [joined, cut] = [fresh(), fresh()];
    expect(await conversation([Buffer.concat([header, Buffer.from(get(joined))])])).toMatch(
      / 200 /,
    );
    const bytes = [...header].map((byte) => Buffer.of(byte));
    expect(await conversation([...bytes, get(cut)])).toMatch(/ 200 /);
    expect(await clientsOf(joined)).toEqual(both(client));
    expect(await clientsOf(cut)).toEqual(both(client));
  });

  it('decides by that client what is decided by address', async () => {
    expect(await conversation([TEXT, get('/client', 'X-Forwarded-For: 203.0.113.7\r\n')])).toMatch(
      / 200 /,
    );
    // The client is no trusted proxy, so that what it says of itself is dropped.
    expect(await clientsOf('/client')).toEqual(both(CLIENT));
    const { headers } = upstream.seen.find(({ url }) => url === '/client')!;
    expect(headers.host).toBe('by-client.test');
  });

  it.each([
    ['no header', get('/none')],
    ['half a header', 'PROXY TCP4 1.2.3.4\r\n'],
    ['a header of another version', Buffer.concat([LOCAL.subarray(0, 12), Buffer.of(0x11)])],
  ])('closes the connection of a trusted proxy with %s', async (name, bytes) => {
    const rest = name === 'a header of another version' ? Buffer.alloc(3) : '';
    expect(await conversation([bytes, rest])).toBe('');
    expect(upstream.seen.some(({ url }) => url === '/none')).toBe(false);
    await until(() => /from the trusted proxy 127\.0\.0\.1/.test(output()));
  });
  const output = () => gateway.program.stdout() + gateway.program.stderr();

  it('closes the connection of a trusted proxy that sends nothing', async () => {
    expect(await conversation([])).toBe('');
    expect(await conversation(['PROXY TCP4 '])).toBe('');
  });

  it('believes no header of others, who need none', async () => {
    expect(await conversation([TEXT, get('/forged')], '127.0.0.2')).toMatch(/^HTTP\/1\.1 400 /);
    const target = fresh();
    expect(await conversation([get(target)], '127.0.0.2')).toMatch(/ 200 /);
    expect(await clientsOf(target)).toEqual(both('127.0.0.2'));
  });

  it('expects none on the port of the control plane', async () => {
    const [, port] = /"adminPort":(\d+)/.exec(gateway.program.stdout()) ?? [];
    expect((await fetch(`http://127.0.0.1:${port}/apisix/status`)).status).toBe(200);
  });

  /** A proxy that sends the header and the first bytes of its client at once. */
  async function proxied(header: Buffer): Promise<number> {
    const server = createServer((client) => {
      const socket = connect(portOf('https'), '127.0.0.1');
      client.once('data', (first) => {
        socket.write(Buffer.concat([header, first]));
        client.pipe(socket);
      });
      socket.pipe(client);
      for (const one of [client, socket]) one.on('error', () => {});
    });
    await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done));
    onTestFinished(() => void server.close());
    return (server.address() as AddressInfo).port;
  }
  async function handshake(ALPNProtocols: string[]): Promise<TLSSocket> {
    const port = await proxied(TEXT);
    return new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port, servername: 'one.test', ca, ALPNProtocols };
      const socket = connectTls(options);
      onTestFinished(() => void socket.destroy());
      socket.once('secureConnect', () => resolve(socket)).once('error', reject);
    });
  }

  it('reads the header before a TLS handshake', async () => {
    const socket = await handshake(['http/1.1']);
    const target = fresh();
    socket.write(get(target));
    expect(await clientsOf(target)).toEqual(both(CLIENT));
  });

  it('reads the header before HTTP/2, with TLS and without', async () => {
    const plain = await opened();
    plain.write(TEXT);
    const sockets: [string, Socket][] = [
      ['https://one.test', await handshake(['h2'])],
      ['http://one.test', plain],
    ];
    for (const [url, socket] of sockets) {
      const session = connectHttp2(url, { createConnection: () => socket });
      onTestFinished(() => session.destroy());
      const target = fresh();
      expect((await ask(session, target)).status).toBe(200);
      expect(await clientsOf(target)).toEqual(both(CLIENT));
    }
  });
}
