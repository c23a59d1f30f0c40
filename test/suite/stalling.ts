import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { GatewayProcess, TestServerRuntime } from '../runtimes/runtime.ts';
import { authority } from '../support/certificate.ts';
import { crowd } from '../support/crowd.ts';
import { origin, type Origin, route } from '../support/origin.ts';
import { until } from '../support/until.ts';
import { tlsPortOf } from './tls.ts';

const LIMIT_MS = 25_000;
const MAX_CONNECTIONS = 20;
/** As many get a 503 at a time. */
const MAX_TURNED_AWAY = 100;
const [PROXY, CLIENT] = ['127.0.0.2', '127.0.0.1'];
const HEADER = 'PROXY TCP4 192.0.2.9 192.0.2.1 5000 80\r\n';
const HELLO_BEGINS = '\x16\x03\x01\x02\x00\x01\x00';

/** Clients that stall before there can be a request: more of them than there are descriptors. */
export function stalling(runtime: TestServerRuntime): void {
  describe.each([1, 2])('with certificates: %i', (certificates) =>
    stallingAt(runtime, certificates),
  );
}

/** @param certificates with several, the name that a client asks for is read before TLS begins */
function stallingAt(runtime: TestServerRuntime, certificates: number): void {
  let folder: string;
  let gateway: GatewayProcess;
  let upstream: Origin;
  const held: (() => void)[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'proxy-mirror-stalling-'));
    const { cert, key } = authority().issue('one.test');
    const [certFile, keyFile] = [join(folder, 'tls.crt'), join(folder, 'tls.key')];
    await Promise.all([writeFile(certFile, cert), writeFile(keyFile, key)]);
    upstream = await origin(({ url }, response) => {
      if (url === '/held') held.push(() => response.end('.'));
      else response.end('.');
    });
    gateway = await runtime.start({
      routes: [{ id: '1', ...route(upstream, undefined, { uri: '/*' }) }],
      descriptors: 512,
      env: {
        TLS_PORT: '0',
        TLS_CERT: Array(certificates).fill(certFile).join(),
        TLS_KEY: Array(certificates).fill(keyFile).join(),
        TRUSTED_PROXIES: PROXY,
        PROXY_PROTOCOL: 'on',
        MAX_CONNECTIONS: String(MAX_CONNECTIONS),
      },
    });
  });
  afterAll(async () => {
    await Promise.all([gateway.stop(), upstream.close()]);
    await rm(folder, { recursive: true });
  });

  function opened(port: number, from: string, bytes: string): Socket {
    const socket = connect({ port, host: '127.0.0.1', localAddress: from });
    onTestFinished(() => void socket.destroy());
    if (bytes !== '') socket.write(bytes, 'latin1');
    return socket.on('error', () => {}).resume();
  }
  /** The status of a response, which may come later; `''` before. */
  function ask(socket: Socket, target: string): () => string {
    let text = '';
    socket.on('data', (bytes: Buffer) => (text += bytes.toString('latin1'))).on('error', () => {});
    socket.write(`GET ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
    return () => /^HTTP\/1\.1 (\d{3}) /.exec(text)?.[1] ?? '';
  }
  const others = {
    'a client': () => opened(gateway.port, CLIENT, ''),
    'a client of the proxy': () => opened(gateway.port, PROXY, HEADER),
    'a client with TLS': () => {
      const at = { host: '127.0.0.1', port: tlsPortOf(gateway), localAddress: CLIENT };
      const socket = connectTls({ ...at, rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] });
      onTestFinished(() => void socket.destroy());
      return socket;
    },
  };

  it.each([
    ['a TLS handshake', () => tlsPortOf(gateway), CLIENT, ''],
    ['the rest of a TLS handshake', () => tlsPortOf(gateway), CLIENT, HELLO_BEGINS],
    ['a PROXY header', () => gateway.port, PROXY, ''],
    ['the rest of a PROXY header', () => gateway.port, PROXY, 'PROXY TCP4 '],
    ['a PROXY header before TLS', () => tlsPortOf(gateway), PROXY, ''],
    ['a TLS handshake after a PROXY header', () => tlsPortOf(gateway), PROXY, HEADER],
  ] as const)('600 that leave out %s count as connections, and give way', async (...test) => {
    const [, port, from, bytes] = test;
    const sockets = Array.from({ length: 600 }, () => opened(port(), from, bytes));
    const open = () => sockets.filter(({ readyState }) => readyState === 'open').length;
    await until(() => sockets.every(({ connecting }) => !connecting), LIMIT_MS, 'all to connect');
    const most = MAX_CONNECTIONS + MAX_TURNED_AWAY;
    await until(() => open() <= most, LIMIT_MS, `at most ${most} to stay open`);
    for (const [who, connected] of Object.entries(others))
      await until(
        async () => {
          const status = ask(connected(), '/served');
          await until(() => status() !== '', 1000).catch(() => {});
          return status() === '200';
        },
        LIMIT_MS,
        `${who} to be served`,
      );
  });

  it.each(Object.entries(others))('all busy, %s gets a 503', async (_, connected) => {
    const busy = Array.from({ length: MAX_CONNECTIONS }, () =>
      ask(opened(gateway.port, CLIENT, ''), '/held'),
    );
    await until(() => held.length === MAX_CONNECTIONS, LIMIT_MS, 'all to be busy');
    const status = ask(connected(), '/turned-away');
    await until(() => status() !== '', LIMIT_MS, 'a response');
    expect(status()).toBe('503');
    for (const release of held.splice(0)) release();
    await until(() => busy.every((one) => one() === '200'), LIMIT_MS, 'the other responses');
  });

  const leave = () =>
    new Promise<void>((done) => {
      const socket = connect(tlsPortOf(gateway), '127.0.0.1');
      socket.on('error', () => {}).once('connect', () => socket.destroy());
      socket.once('close', () => done());
    });
  // With one certificate, how much there is depends on when the runtime collects it.
  it.runIf(certificates > 1)('nothing is kept of those that leave before a handshake', async () => {
    await crowd(500, leave);
    const before = memoryMib();
    await crowd(2000, leave);
    // 40 KB of each would be 76.
    expect(memoryMib() - before).toBeLessThan(40);
  });
  function memoryMib(): number {
    const [, pid] = /as process (\d+)/.exec(gateway.program.stdout())!;
    const [, kib] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))!;
    return Number(kib) / 1024;
  }
}
