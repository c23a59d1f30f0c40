import { createServer, type RequestListener, type Server } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { gatewayProcess } from '../runtimes/client.ts';
import { type GatewayProcess, KEY, type TestServerRuntime } from '../runtimes/runtime.ts';
import { send } from '../support/client.ts';
import { type Answer, type DnsServer, dnsServer } from '../support/dns-server.ts';
import { settled } from '../support/outcomes.ts';
import { echo, grpcOrigin } from '../support/grpc-origin.ts';
import { freePort } from '../support/ports.ts';
import { line } from '../support/process.ts';
import { unansweredPort } from '../support/unanswered-port.ts';
import { until } from '../support/until.ts';

/**
 * Upper bound in milliseconds for a request that must not wait for other names. It takes a few milliseconds; a name
 * without a response takes seconds, and a request that waited behind it would take as long.
 */
const PROMPT_MS = 2000;

/** How upstreams and mirrors are found by their names. */
export function names(runtime: TestServerRuntime): void {
  let dns: DnsServer;
  let gateway: GatewayProcess;
  const closing: (() => unknown)[] = [];

  beforeAll(async () => {
    dns = await dnsServer();
    const file = new URL('../support/named-gateway.mjs', import.meta.url);
    const program = runtime.script(file, [dns.address, KEY]);
    const [, port] = await line(program, /^listening on http:\/\/127\.0\.0\.1:(\d+)$/m);
    gateway = gatewayProcess({
      runtime: runtime.name,
      port: Number(port),
      program,
      file: null,
      adminKey: KEY,
    });
  });
  afterEach(() => Promise.all(closing.splice(0).map((close) => close())));
  afterAll(async () => {
    gateway.program.signal('SIGKILL');
    await gateway.program.exited;
    await dns.close();
  });

  async function host(address: string, port: number, respond?: RequestListener) {
    let requests = 0;
    const server: Server = createServer((request, response) => {
      requests++;
      if (respond !== undefined) respond(request, response);
      else response.end(address);
    });
    await new Promise<void>((resolve) => server.listen(port, address, resolve));
    closing.push(() => {
      server.closeAllConnections();
      server.close();
    });
    return { requests: () => requests, server };
  }
  const closeAfter: RequestListener = (_, response) =>
    response.setHeader('connection', 'close').end('closed');

  const put = (id: string, node: string, more: object = {}, mirrors: readonly string[] = []) =>
    gateway.put(id, {
      uri: `/${id}`,
      upstream: { nodes: { [node]: 1 }, ...more },
      ...(mirrors.length > 0 && {
        plugins: {
          'proxy-mirror': { mirrors: mirrors.map((url) => ({ host: url, breaker: false })) },
        },
      }),
    });
  const get = (id: string) => send(gateway.url, `/${id}`);
  /** The longest time in milliseconds of `count` requests, sent one after another, all with status 200. */
  async function slowest(id: string, count: number): Promise<number> {
    let longest = 0;
    for (let i = 0; i < count; i++) {
      const began = performance.now();
      expect((await get(id)).status).toBe(200);
      longest = Math.max(longest, performance.now() - began);
    }
    return longest;
  }

  describe('a name that cannot be resolved', () => {
    const kinds: [string, Answer, string][] = [
      ['that gets no DNS response', 'silence', 'failed dns'],
      ['that does not exist', 'no such name', 'failed dns'],
      ['whose server is in trouble', 'failure', 'failed dns'],
    ];

    it.each(kinds)('%s delays no other request', async (what, answer, outcome) => {
      const port = await freePort();
      // Each request needs a connection, and each second a look-up.
      await host('127.0.0.2', port, closeAfter);
      dns.names.set('good.test', { addresses: ['127.0.0.2'], ttl: 1 });
      const dead = ['m0', 'm1', 'm2', 'm3', 'u0', 'u1', 'u2'].map((name) => `${name}.dead.test`);
      for (const name of dead) dns.names.set(name, answer);
      const id = `healthy-${kinds.findIndex(([kind]) => kind === what)}`;
      const mirrors = dead.slice(0, 4).map((name) => `http://${name}:${port}`);
      await put(id, `good.test:${port}`, {}, mirrors);
      const others = dead.slice(4).map(async (name, i) => {
        await put(`dead-${i}`, `${name}:${port}`, { timeout: { connect: 3, send: 3, read: 3 } });
        const { status } = await get(`dead-${i}`);
        expect([503, 504]).toContain(status);
      });
      const end = performance.now() + 3000;
      let requests = 0;
      // No more than may be in flight to one mirror while a look-up for it lasts.
      for (; performance.now() < end && requests < 100; requests++) {
        expect(await slowest(id, 1)).toBeLessThan(PROMPT_MS);
        // Only spreads the requests over the look-ups; nothing depends on its length.
        await new Promise((resolve) => setTimeout(resolve, 30));
      }
      await Promise.all(others);
      const outcomes = await settled(gateway, id, 4 * requests, { timeout: 30_000 });
      // On a busy machine a look-up may take longer than a copy has.
      const { [outcome]: failed = 0, 'failed timeout': late = 0, ...rest } = outcomes;
      expect([failed + late, rest]).toEqual([4 * requests, {}]);
      expect(failed).toBeGreaterThan(late);
    });

    it('keeps its last addresses when DNS stops responding', async () => {
      const port = await freePort();
      await host('127.0.0.2', port, closeAfter);
      dns.names.set('flapping.test', { addresses: ['127.0.0.2'], ttl: 1 });
      await put('flapping', `flapping.test:${port}`);
      for (const answer of ['silence', 'failure', 'no such name'] as const) {
        expect((await get('flapping')).status).toBe(200);
        dns.names.set('flapping.test', answer);
        const asked = dns.asked.length;
        await until(
          async () => {
            expect(await slowest('flapping', 1)).toBeLessThan(PROMPT_MS);
            return dns.asked.length > asked + 2;
          },
          25_000,
          'the name to be asked for in vain',
        );
        expect(await slowest('flapping', 5)).toBeLessThan(PROMPT_MS);
        dns.names.set('flapping.test', { addresses: ['127.0.0.2'], ttl: 1 });
      }
    });
  });

  describe('a name with several addresses', () => {
    it('uses them in turn, over kept connections', async () => {
      const port = await freePort();
      const hosts = [await host('127.0.0.2', port), await host('127.0.0.3', port)];
      dns.names.set('two.test', { addresses: ['127.0.0.2', '127.0.0.3'] });
      await put('two', `two.test:${port}`);
      await slowest('two', 10);
      expect(hosts.map(({ requests }) => requests())).toEqual([5, 5]);
      for (const { server } of hosts) {
        const open = await new Promise((resolve) =>
          server.getConnections((_, count) => resolve(count)),
        );
        expect(open).toBe(1);
      }
    });

    it('loses no request to a dead one', async () => {
      const silent = await unansweredPort({ host: '127.0.0.2' });
      closing.push(() => silent.close());
      const { port } = silent;
      await host('127.0.0.3', port, closeAfter);
      // Nobody listens at the third address, which refuses.
      dns.names.set('limping.test', { addresses: ['127.0.0.2', '127.0.0.3', '127.0.0.4'] });
      await put('limping', `limping.test:${port}`);
      const began = performance.now();
      expect(await slowest('limping', 30)).toBeLessThan(PROMPT_MS);
      // Without a memory of dead addresses, ten requests would each lose 250 ms to find out.
      expect(performance.now() - began).toBeLessThan(2500);
    });

    it('has the whole timeout.connect, however long each of them takes', async () => {
      const slow = await unansweredPort({ host: '127.0.0.2' });
      const silent = await unansweredPort({ host: '127.0.0.3', port: slow.port });
      closing.push(
        () => slow.close(),
        () => silent.close(),
      );
      dns.names.set('slow.test', { addresses: ['127.0.0.2', '127.0.0.3'] });
      const timeout = { connect: 20, send: 20, read: 20 };
      await put('slow', `slow.test:${slow.port}`, { timeout });
      const asked = get('slow');
      // Nobody can respond before `slow.accept()`, so on a slow machine this passes as well.
      const isEarly = await Promise.race([
        asked.then(() => true),
        new Promise((resolve) => setTimeout(() => resolve(false), 800)),
      ]);
      expect(isEarly).toBe(false);
      slow.accept();
      const { status, body } = await asked;
      expect([status, body.toString()]).toEqual([200, 'late']);
    });

    it('is tried no longer than timeout.connect', async () => {
      const silent = await unansweredPort({ host: '127.0.0.2' });
      const other = await unansweredPort({ host: '127.0.0.3', port: silent.port });
      closing.push(
        () => silent.close(),
        () => other.close(),
      );
      dns.names.set('silent.test', { addresses: ['127.0.0.2', '127.0.0.3'] });
      const timeout = { connect: 0.6, send: 20, read: 20 };
      await put('silent', `silent.test:${silent.port}`, { timeout });
      const began = performance.now();
      expect((await get('silent')).status).toBe(504);
      expect(performance.now() - began).toBeGreaterThan(590);
      expect(performance.now() - began).toBeLessThan(PROMPT_MS);
    });
  });

  it('a new address of a name is used although the connections to the old one are busy', async () => {
    const port = await freePort();
    const [before, after] = [await host('127.0.0.2', port), await host('127.0.0.3', port)];
    dns.names.set('moving.test', { addresses: ['127.0.0.2'], ttl: 1 });
    await put('moving', `moving.test:${port}`);
    await slowest('moving', 5);
    dns.names.set('moving.test', { addresses: ['127.0.0.3'], ttl: 1 });
    const moved = async () => (await get('moving')).body.toString() === '127.0.0.3';
    await until(moved, 10_000, 'the new address to be asked');
    const asked = before.requests();
    await slowest('moving', 10);
    expect([before.requests() - asked, after.requests()]).toEqual([0, 11]);
  });

  it('the same holds for gRPC, whose connections are never idle: addresses take turns, and are followed', async () => {
    const port = await freePort();
    const at = (address: string) => grpcOrigin(undefined, {}, { host: address, port });
    const [one, two, three] = [await at('127.0.0.2'), await at('127.0.0.3'), await at('127.0.0.4')];
    closing.push(() => Promise.all([one.close(), two.close(), three.close()]));
    dns.names.set('calls.test', { addresses: ['127.0.0.2', '127.0.0.3'], ttl: 1 });
    await put('calls', `calls.test:${port}`, { scheme: 'grpc' });
    await slowest('calls', 6);
    expect([one.seen.length, two.seen.length]).toEqual([3, 3]);
    // A call that lasts, so that the connection is in use.
    let end = () => {};
    one.serve = two.serve = (stream) => {
      stream.respond();
      end = () => void stream.end();
    };
    const lasting = get('calls');
    await until(() => one.seen.length + two.seen.length === 7, 5000, 'the call that lasts');
    dns.names.set('calls.test', { addresses: ['127.0.0.4'], ttl: 1 });
    one.serve = two.serve = echo;
    const moved = async () => (await get('calls')).status === 200 && three.seen.length > 0;
    await until(moved, 10_000, 'the new address to be asked');
    const asked = one.seen.length + two.seen.length;
    await slowest('calls', 5);
    expect(one.seen.length + two.seen.length).toBe(asked);
    end();
    expect((await lasting).status).toBe(200);
    await until(
      () => one.sessions.size + two.sessions.size === 0,
      5000,
      'the old connections closed',
    );
  });

  it('localhost and addresses need no look-up', async () => {
    const port = await freePort();
    await host('127.0.0.1', port);
    const asked = dns.asked.length;
    for (const node of ['localhost', 'app.localhost', 'localhost.', '127.0.0.1']) {
      await put('here', `${node}:${port}`);
      expect((await get('here')).body.toString()).toBe('127.0.0.1');
    }
    expect(dns.asked.slice(asked)).toEqual([]);
  });
}
