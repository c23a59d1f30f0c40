import { mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { GatewayProcess, TestServerRuntime } from '../runtimes/runtime.ts';
import { authority, type Certified } from '../support/certificate.ts';
import { send } from '../support/client.ts';
import { origin, type Origin, route } from '../support/origin.ts';
import { until } from '../support/until.ts';

const KIB = 1024;

/** TLS of clients: which certificate they get, what their requests become, and what a bad one can do. */
export function tls(runtime: TestServerRuntime): void {
  const { cert: ca, issue } = authority();
  const [one, two, wild] = [
    issue('one.test', '127.0.0.1'),
    issue('two.test'),
    issue('*.wild.test'),
  ];
  let folder: string;
  let gateway: GatewayProcess;
  let upstream: Origin;
  let mirror: Origin;
  let port: number;

  /** Writes a certificate and its key, and returns the paths. */
  async function files(name: string, { cert, key }: Certified): Promise<[string, string]> {
    const paths: [string, string] = [join(folder, `${name}.crt`), join(folder, `${name}.key`)];
    await Promise.all([writeFile(paths[0], cert), writeFile(paths[1], key)]);
    return paths;
  }
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'proxy-mirror-tls-'));
    const pairs = [await files('one', one), await files('two', two), await files('wild', wild)];
    [upstream, mirror] = await Promise.all([origin(), origin()]);
    gateway = await runtime.start({
      routes: [{ id: '1', ...route(upstream, mirror, { uri: '/*' }) }],
      env: {
        TLS_PORT: '0',
        TLS_CERT: pairs.map(([cert]) => cert).join(),
        TLS_KEY: pairs.map(([, key]) => key).join(),
        CLIENT_TIMEOUT: '3',
        LOG_LEVEL: 'info',
      },
    });
    port = tlsPortOf(gateway);
  });
  afterAll(async () => {
    await Promise.all([gateway.stop(), upstream.close(), mirror.close()]);
    await rm(folder, { recursive: true });
  });

  /** Opens a connection; rejects if the handshake fails. */
  function handshake(options: ConnectionOptions = {}): Promise<TLSSocket> {
    return new Promise((resolve, reject) => {
      const names = { servername: 'one.test', ca, checkServerIdentity: () => undefined };
      const socket = connectTls({ host: '127.0.0.1', port, ...names, ...options });
      socket.once('secureConnect', () => resolve(socket)).once('error', reject);
    });
  }
  const namesOf = (socket: TLSSocket) => socket.getPeerCertificate().subjectaltname;
  async function certificateFor(servername: string): Promise<string | undefined> {
    const socket = await handshake({ servername });
    const names = namesOf(socket);
    socket.destroy();
    return names;
  }
  /** Sends requests over a connection, one after the other, and returns the status of each. */
  async function over(socket: TLSSocket, target: string): Promise<string> {
    let got = '';
    const onData = (bytes: Buffer) => void (got += bytes.toString('latin1'));
    socket.on('data', onData);
    socket.write(`GET ${target} HTTP/1.1\r\nHost: one.test\r\n\r\n`);
    await until(() => got.includes('\r\n\r\n'), 5000, 'a response');
    socket.off('data', onData);
    return got.slice(0, got.indexOf('\r\n'));
  }

  it('carries requests and responses, and copies them', async () => {
    const body = Buffer.alloc(300 * KIB, 'x');
    const status = await new Promise((resolve, reject) => {
      const options = {
        host: '127.0.0.1',
        port,
        ca,
        servername: 'one.test',
        path: '/tls',
        method: 'POST',
      };
      const sent = request({ ...options, agent: false }, (response) => {
        let bytes = 0;
        response.on('data', (chunk: Buffer) => (bytes += chunk.byteLength));
        response.on('end', () => resolve([response.statusCode, bytes > 0]));
      });
      sent.on('error', reject).end(body);
    });
    expect(status).toEqual([200, true]);
    const got = () => [upstream, mirror].map(({ seen }) => seen.find(({ url }) => url === '/tls'));
    await until(() => got().every((seen) => seen !== undefined), 5000, 'the request and its copy');
    for (const seen of got()) {
      expect(seen!.body.byteLength).toBe(body.byteLength);
      expect(seen!.headers).toMatchObject({
        'x-forwarded-proto': 'https',
        'x-forwarded-port': String(port),
      });
    }
  });

  it.each([
    ['one.test', 'one.test'],
    ['two.test', 'two.test'],
    ['TWO.test', 'two.test'],
    ['a.wild.test', '*.wild.test'],
    ['a.b.wild.test', 'one.test'],
    ['unknown.test', 'one.test'],
    ['', 'one.test'],
  ])('shows a client that asks for %j the certificate of %s', async (asked, shown) => {
    expect(await certificateFor(asked)).toContain(`DNS:${shown}`);
  });

  it('speaks TLS 1.2 and 1.3, and nothing older', async () => {
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      const socket = await handshake({
        minVersion: version,
        maxVersion: version,
        ALPNProtocols: ['http/1.1'],
      });
      expect([socket.getProtocol(), socket.alpnProtocol]).toEqual([version, 'http/1.1']);
      socket.destroy();
    }
    const old = {
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    } as const;
    await expect(handshake(old)).rejects.toThrow();
  });

  // curl --http1.0 offers nothing else.
  it.each([['http/1.0'], ['http/1.1'], ['h2']])('lets clients choose %s', async (protocol) => {
    const socket = await handshake({ ALPNProtocols: ['other', protocol] });
    expect(socket.alpnProtocol).toBe(protocol);
    socket.destroy();
  });

  it('refuses a client whose ALPN has nothing that is spoken', async () => {
    await expect(handshake({ ALPNProtocols: ['other'] })).rejects.toThrow();
  });

  // docs/running.md: should this fail on Deno, it does as the others do.
  it.each(['a..b', '-a.test', 'a b.test'])('the name %j, which is none of a host', async (name) => {
    const asked = handshake({ servername: name });
    if (runtime.name === 'deno') await expect(asked).rejects.toThrow();
    else (await asked).destroy();
  });

  it('lets an upload wait for an upstream that does not read it', async () => {
    const slow = createServer((socket) => void socket.pause().on('error', () => {}));
    await new Promise<void>((done) => void slow.listen(0, '127.0.0.1', done));
    onTestFinished(() => void slow.close());
    await gateway.put('2', {
      uri: '/stuck',
      upstream: { nodes: { [`127.0.0.1:${(slow.address() as AddressInfo).port}`]: 1 } },
    });
    const socket = await handshake({ ALPNProtocols: ['http/1.1'] });
    onTestFinished(() => void socket.on('error', () => {}).destroy());
    const [length, piece] = [64 * KIB * KIB, Buffer.alloc(256 * KIB)];
    socket.write(`POST /stuck HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n\r\n`);
    let sent = 0;
    let at = Date.now();
    const upload = () => {
      for (at = Date.now(); sent < length;) {
        sent += piece.byteLength;
        if (!socket.write(piece)) return;
      }
    };
    socket.on('drain', upload);
    upload();
    // The systems between them have a few MiB of buffers.
    await until(() => Date.now() - at > 1000, 20_000, 'the upload to wait');
    expect(sent).toBeLessThan(length / 2);
  });

  it('refuses to renegotiate, which costs it more than clients', async () => {
    const socket = await handshake({ maxVersion: 'TLSv1.2', ALPNProtocols: ['http/1.1'] });
    await expect(
      new Promise<void>((resolve, reject) => {
        socket.on('error', reject).once('close', () => reject(new Error('closed')));
        socket.renegotiate({}, (error) => (error === null ? resolve() : reject(error)));
      }),
    ).rejects.toThrow();
  });

  it.each(['AES128-GCM-SHA256', 'AES128-SHA', 'ECDHE-ECDSA-AES128-SHA'])(
    'refuses the cipher %s',
    async (ciphers) => {
      await expect(handshake({ maxVersion: 'TLSv1.2', ciphers })).rejects.toThrow();
    },
  );

  it('closes what is no handshake, or stalls in one, counts it, and says so in few lines', async () => {
    const closed = (bytes: string) =>
      new Promise<void>((resolve) => {
        const socket = connect({ host: '127.0.0.1', port });
        socket.on('error', () => {}).once('close', () => resolve());
        socket.resume();
        socket.write(bytes, 'latin1');
      });
    const hello = '\x16\x03\x01\x02\x00\x01\x00';
    await Promise.all([
      ...Array.from({ length: 50 }, () => closed('GET / HTTP/1.1\r\nHost: a\r\n\r\n')),
      closed(hello),
      closed(''),
    ]);
    expect((await send(gateway.url, '/after')).status).toBe(200);
    const lines = gateway.program.stdout().split('\n');
    const failures = lines.filter((text) => text.includes('a TLS handshake failed'));
    expect(failures.length).toBeGreaterThan(0);
    expect(failures.length).toBeLessThan(10);
    const metrics = await (await gateway.admin('prometheus/metrics')).text();
    const [, count] = /^gateway_tls_handshake_failures_total (\d+)$/m.exec(metrics) ?? [];
    expect(Number(count)).toBeGreaterThanOrEqual(50);
  });

  describe('certificates that change', () => {
    const said = (text: string) => gateway.program.stdout().split(text).length - 1;
    const errors = () =>
      gateway.program.stderr().split('stay in use').length - 1 + said('stay in use');

    it('are read again, and an open connection stays', async () => {
      const socket = await handshake();
      await over(socket, '/before');
      await files('two', issue('two.test', 'new.test'));
      await until(
        async () => (await certificateFor('new.test'))!.includes('new.test'),
        10_000,
        'the new one',
      );
      expect(await over(socket, '/after')).toBe('HTTP/1.1 200 OK');
      socket.destroy();
    });

    it('are those that a swapped symlink leads to', async () => {
      const next = await files('next', issue('one.test', 'swapped.test'));
      for (const [i, name] of ['one.crt', 'one.key'].entries()) {
        await symlink(next[i]!, join(folder, 'link'));
        await rename(join(folder, 'link'), join(folder, name));
      }
      await until(
        async () => (await certificateFor('swapped.test'))!.includes('swapped.test'),
        10_000,
        'the certificate behind the symlink',
      );
    });

    it('stay in use where the new ones cannot be', async () => {
      const before = errors();
      await writeFile(join(folder, 'wild.crt'), issue('*.wild.test').cert);
      await until(() => errors() > before, 10_000, 'a line of the log');
      expect(await certificateFor('a.wild.test')).toContain('*.wild.test');
      await files('wild', issue('*.wild.test', 'whole.test'));
      await until(
        async () => (await certificateFor('whole.test'))!.includes('whole.test'),
        10_000,
        'the whole pair',
      );
    });

    it('are read at once with SIGHUP', async () => {
      const before = said('certificates read again');
      gateway.program.signal('SIGHUP');
      await until(() => said('certificates read again') > before, 5000, 'the line of the log');
    });
  });
}

/** The port for TLS, of the line that says where the gateway listens. */
export function tlsPortOf({ program }: GatewayProcess): number {
  const [, found] = /https:\/\/[^\s"]*:(\d+)/.exec(program.stdout()) ?? [];
  return Number(found);
}
