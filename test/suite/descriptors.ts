import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { GatewayProcess, TestServerRuntime } from '../runtimes/runtime.ts';
import { send } from '../support/client.ts';
import { logged } from '../support/log.ts';
import { origin, type Origin, route } from '../support/origin.ts';
import { line } from '../support/process.ts';
import { until } from '../support/until.ts';

const LIMIT_MS = 25_000;

/** Few. Deno frees those of closed connections a turn of its loop later, and a busy machine has more to accept by then. */
const fewFor = ({ name }: TestServerRuntime) => (name === 'deno' ? 384 : 256);

const get = (target: string) => `GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`;

/** A process with few descriptors, and more clients than descriptors. */
export function descriptors(runtime: TestServerRuntime): void {
  const few = fewFor(runtime);
  describe(`a limit of ${few}`, () => {
    let gateway: GatewayProcess;
    let upstream: Origin;
    const held: (() => void)[] = [];
    beforeAll(async () => {
      upstream = await origin((_, response) => held.push(() => response.end('.')));
      gateway = await runtime.start({
        routes: [{ ...route(upstream), id: '1' }],
        descriptors: few,
        env: { MAX_CONNECTIONS: '5000' },
      });
    });
    afterAll(() => Promise.all([gateway.stop(), upstream.close()]));

    it('says how many clients there is room for', async () => {
      const warnings = () => logged(gateway.program).filter(({ level }) => level === 'WARN');
      await until(() => warnings().length > 0, LIMIT_MS, 'the warning');
      const { message, properties } = warnings()[0]!;
      expect(message).toMatch(/^MAX_CONNECTIONS is 5000, but .*\(ulimit -n\)$/);
      expect(properties['maxConnections']).toBeLessThan(few / 3);
    });

    it('each of 400 concurrent clients gets a response, if only 503', async () => {
      const clients = Array.from({ length: 400 }, (_, i) => ask(gateway.port, `/${i}`));
      const count = (status: string) => clients.filter((one) => one.status() === status).length;
      const busy = () => count('503') + held.length;
      const seen = () => [...new Set(clients.map((one) => one.status()))];
      const counts = () => seen().map((status) => `${count(status)} "${status}"`);
      await until(
        () => busy() === 400,
        LIMIT_MS,
        () => `all to be turned away but ${held.length} that are held (${counts().join()})`,
      );
      const most = held.length;
      for (const release of held) release();
      await until(() => clients.every((one) => one.status() !== ''), LIMIT_MS, 'all responses');
      expect(count('503') + count('200')).toBe(400);
      expect(count('200')).toBe(most);
      expect(most).toBeGreaterThan(5);
    });
  });

  describe('a limit of 1024', () => {
    it('still accepts after 1,100 connections were opened at once and closed', async () => {
      const gateway = await runtime.start({ descriptors: 1024 });
      onTestFinished(() => void gateway.program.signal('SIGKILL'));
      const sockets = Array.from({ length: 1100 }, () => opened(gateway.port));
      const settled = (socket: Socket) => !socket.connecting;
      await until(() => sockets.every(settled), LIMIT_MS, 'all to be opened');
      // The gateway still accepts after the last of them.
      const { port } = gateway;
      await until(async () => (await statusOf(port)) === '200', LIMIT_MS, 'a response meanwhile');
      for (const socket of sockets) socket.destroy();
      await until(async () => (await statusOf(port)) === '200', LIMIT_MS, 'a response afterwards');
      expect(await gateway.stop()).toBe(0);
    });
  });

  it('accepts again once other code in the process releases descriptors', async () => {
    const hog = runtime.script(new URL('../support/hog.mjs', import.meta.url), [], 256);
    onTestFinished(() => hog.signal('SIGKILL'));
    const port = Number((await line(hog, /^port (\d+)$/m))[1]);
    const kept = opened(port);
    let seen = '';
    kept.setEncoding('latin1').on('data', (text) => (seen += text));
    kept.write(get('/hog'));
    await until(() => seen.includes('all taken.'), LIMIT_MS, 'them to be taken');
    // The gateway has no descriptor for this connection.
    const refused = opened(port);
    refused.write(get('/none'));
    await until(() => !refused.connecting, LIMIT_MS, 'it to be with the system');
    kept.write(get('/free'));
    await until(() => seen.includes('none taken.'), LIMIT_MS, 'them to be given back');
    await until(async () => (await statusOf(port)) === '200', LIMIT_MS, 'a response');
    const again = await send(`http://127.0.0.1:${port}`, '/again', { agent: false });
    expect(again.body.toString()).toBe('none taken.');
  });
}

function opened(port: number): Socket {
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  return socket.on('error', () => {});
}

/**
 * A client with its own connection; `status` is the status of its response, `''` before there is one, or how the
 * connection ended.
 */
function ask(port: number, target: string): { readonly status: () => string } {
  const socket = opened(port);
  let text = '';
  let ended = '';
  socket.setEncoding('latin1').on('data', (part) => (text += part));
  socket.on('error', (error: NodeJS.ErrnoException) => (ended = error.code!));
  socket.on('close', () => (ended ||= 'closed'));
  socket.write(get(target));
  return { status: () => /^HTTP\/1\.1 (\d{3}) [^]*\r\n\r\n[^]+$/.exec(text)?.[1] ?? ended };
}

/** The status that a client gets within a second. */
async function statusOf(port: number): Promise<string> {
  const one = ask(port, '/apisix/status');
  await until(() => one.status() !== '', 1000).catch(() => {});
  return one.status();
}
