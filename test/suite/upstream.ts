import { once } from 'node:events';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { GatewayProcess, TestRuntime } from '../runtimes/runtime.ts';
import { type Got, send, type Send } from '../support/client.ts';
import { type Respond, origin, type Origin } from '../support/origin.ts';
import { freePort } from '../support/ports.ts';
import { socketOrigin, type SocketOrigin } from '../support/socket-origin.ts';
import { can } from './platform.ts';
import { fieldsOf } from './transparency/fields.ts';
import { unsent } from './upstream/unsent.ts';

const ERRORS: Readonly<Record<number, string>> = {
  502: '{"error_msg":"502 Bad Gateway"}\n',
  503: '{"error_msg":"503 Service Unavailable"}\n',
  504: '{"error_msg":"504 Gateway Time-out"}\n',
};

/** Expects one of the gateway's own errors, without cause and address. */
function expectError({ status, headers, body }: Got, expected: keyof typeof ERRORS): void {
  expect([status, headers['content-type'], body.toString()]).toEqual([
    expected,
    'application/json',
    ERRORS[expected],
  ]);
}

/** How a request finds its node, and what the client gets when a node fails. */
export function upstreams(runtime: TestRuntime): void {
  let gateway: GatewayProcess;
  let a: Origin;
  let b: Origin;
  let c: Origin;
  let dead: string;
  let deadToo: string;
  const started: { close(): Promise<void> }[] = [];

  beforeAll(async () => {
    const [one, two] = await Promise.all([freePort(), freePort()]);
    dead = `127.0.0.1:${one}`;
    deadToo = `127.0.0.1:${two}`;
    [gateway, a, b, c] = await Promise.all([runtime.start(), origin(), origin(), origin()]);
  });
  afterEach(async () => {
    for (const { seen } of [a, b, c]) seen.length = 0;
    await Promise.all(started.splice(0).map((server) => server.close()));
  });
  afterAll(() => Promise.all([gateway.stop(), a.close(), b.close(), c.close()]));

  async function another(respond: Respond): Promise<Origin> {
    const server = await origin(respond);
    started.push(server);
    return server;
  }
  /** A node that closes the connection after the request head. */
  async function hangingUp(): Promise<SocketOrigin> {
    const server = await socketOrigin((socket) => socket.destroy());
    started.push(server);
    return server;
  }
  const put = (upstream: object, more: object = {}) =>
    gateway.put('1', { uri: '/*', upstream: { type: 'roundrobin', ...upstream }, ...more });
  const get = (options?: Send) => send(gateway.url, '/x', options);
  async function times(count: number, options?: Send): Promise<number[]> {
    const statuses: number[] = [];
    for (let i = 0; i < count; i += 1) statuses.push((await get(options)).status);
    return statuses;
  }
  const counts = () => [a, b, c].map(({ seen }) => seen.length);

  describe('weighted round robin', () => {
    it.each([
      [
        [1, 1],
        [6, 6, 0],
      ],
      [
        [3, 2, 1],
        [6, 4, 2],
      ],
      [
        [3, 0, 1],
        [9, 0, 3],
      ],
    ])('12 requests over weights %j go %j', async (weights, expected) => {
      const nodes = [a, b, c].slice(0, weights.length).map(({ node }, i) => [node, weights[i]]);
      await put({ nodes: Object.fromEntries(nodes) });
      expect(new Set(await times(12))).toEqual(new Set([200]));
      expect(counts()).toEqual(expected);
    });

    it('accepts nodes as a list', async () => {
      const host = '127.0.0.1';
      await put({
        nodes: [
          { host, port: a.port, weight: 2 },
          { host, port: b.port, weight: 1 },
        ],
      });
      await times(6);
      expect(counts()).toEqual([4, 2, 0]);
    });

    it('uses a changed list with the very next request', async () => {
      for (const node of [a, b, a, c]) {
        await put({ nodes: { [node.node]: 1 } });
        await get();
        expect(node.seen.length).toBeGreaterThan(0);
      }
      expect(counts()).toEqual([2, 1, 1]);
    });
  });

  describe('what the platform cannot do', () => {
    const nodes = { 'a.example': 1 };
    const upstream = { scheme: 'https', nodes };
    const plugins = (mirror: object) => ({
      'proxy-mirror': { host: 'https://a.example', ...mirror },
    });
    const tls = { verify: false };
    const IN = 'invalid configuration: property "upstream" validation failed: ';
    const PLUGIN = 'failed to check the configuration of plugin proxy-mirror err: ';
    const TLS = 'property "tls" validation failed: fetch has no such options: expected the gateway';
    const GRPC =
      'fetch has no trailers, which gRPC needs: expected the gateway on Node, Deno or Bun';

    it.runIf(!can(runtime.name, 'ownTls') && !can(runtime.name, 'grpc')).each([
      [{ upstream: { ...upstream, tls } }, `${IN}${TLS}`],
      [{ upstream, plugins: plugins({ tls }) }, `${PLUGIN}${TLS}`],
      [
        { upstream: { scheme: 'grpc', nodes } },
        `${IN}property "scheme" validation failed: ${GRPC}`,
      ],
      [
        { upstream, plugins: plugins({ host: 'grpcs://a' }) },
        `${PLUGIN}property "host" validation failed: ${GRPC}`,
      ],
    ])('is refused: %j', async (more, message) => {
      const body = JSON.stringify({ uri: '/refused', ...more });
      const places = [
        ['routes/refused', 'PUT'],
        ['routes', 'POST'],
        ['schema/validate/routes', 'POST'],
      ] as const;
      for (const [place, method] of places) {
        const response = await gateway.admin(`admin/${place}`, { method, body });
        expect(response.status).toBe(400);
        const { error_msg: text } = (await response.json()) as { error_msg: string };
        expect(text).toContain(message);
      }
      expect((await gateway.admin('admin/routes/refused')).status).toBe(404);
    });

    it('is not what it does anyway', async () => {
      const given = { ...upstream, tls: { verify: true } };
      await gateway.put('same', { uri: '/same', upstream: given });
    });
  });

  describe('a node that is down', () => {
    // An idempotent method, where the runtime cannot tell whether the request was sent.
    const method = can(runtime.name, 'postToNextNode') ? 'POST' : 'PUT';

    it.each<[string, Send]>([
      ['GET', {}],
      [`${method} without a body`, { method }],
      [`${method} with a body`, { method, body: 'whole' }],
      [`${method} in chunks`, { method, body: 'whole', chunks: 2 }],
    ])('is skipped for %s', async (_, options) => {
      await put({ nodes: { [dead]: 1, [a.node]: 1 } });
      expect(await times(6, options)).toEqual([200, 200, 200, 200, 200, 200]);
      expect(a.seen.map(({ body }) => body.toString())).toEqual(Array(6).fill(options.body ?? ''));
    });

    it('forwards a complete large body to the next', async () => {
      const body = Buffer.alloc(300_000, 'large');
      await put({ nodes: { [dead]: 1, [a.node]: 1 } });
      // If the next node gets no request, the 502 may be lost, as the client is still uploading.
      const lost = (error: unknown) => {
        if (can(runtime.name, 'respondsMidUpload')) throw error;
        return [502];
      };
      const statuses: number[] = [];
      for (let i = 0; i < 4; i++) statuses.push(...(await times(1, { method, body }).catch(lost)));
      if (can(runtime.name, 'largeBodyToNextNode')) expect(statuses).toEqual([200, 200, 200, 200]);
      // The proxy inside `wrangler dev` turns a response before the end of the body into 503.
      for (const status of statuses) expect([200, 502, 503]).toContain(status);
      expect(a.seen.length).toBe(statuses.filter((status) => status === 200).length);
      for (const seen of a.seen) expect(seen.body.equals(body)).toBe(true);
    });

    it('gives 502 when there is no other', async () => {
      await put({ nodes: { [dead]: 1, [deadToo]: 1 } });
      expectError(await get(), 502);
      await put({ nodes: { [dead]: 1 } });
      expectError(await get({ method: 'POST', body: 'x' }), 502);
    });

    it('is not retried when there are no retries', async () => {
      await put({ nodes: { [dead]: 1, [a.node]: 1 }, retries: 0 });
      expect((await times(6)).toSorted()).toEqual([200, 200, 200, 502, 502, 502]);
      expect(counts()).toEqual([3, 0, 0]);
    });
  });

  if (can(runtime.name, 'postToNextNode'))
    describe('a request that was never sent', () => unsent(runtime));

  describe('no node at all', () => {
    it.each([
      ['none', {}],
      ['an empty list', []],
      ['weights of 0', { '127.0.0.1:1': 0, '127.0.0.1:2': 0 }],
    ])('gives 503: %s', async (_, nodes) => {
      await put({ nodes });
      expectError(await get(), 503);
    });

    it('gives 503 for an unknown name', async () => {
      await put({ nodes: { 'nonexistent.invalid:80': 1 } });
      expectError(await get(), can(runtime.name, 'unknownNames') ? 503 : 502);
    });
  });

  describe('a node that does not respond', () => {
    it('gives 504 after timeout.read', async () => {
      const silent = await another(() => {});
      const timeout = { connect: 5, send: 5, read: 0.5 };
      await put({ nodes: { [silent.node]: 1 }, timeout });
      const began = performance.now();
      expectError(await get(), 504);
      expect(performance.now() - began).toBeGreaterThanOrEqual(490);
    });

    it("gives 504 after the route's own timeout", async () => {
      const silent = await another(() => {});
      await put(
        { nodes: { [silent.node]: 1 }, timeout: { connect: 60, send: 60, read: 60 } },
        { timeout: { connect: 5, send: 5, read: 0.3 } },
      );
      expectError(await get({ method: 'POST', body: 'x' }), 504);
      expect(silent.seen.length).toBe(1);
    });

    it('is not waited for again after retry_timeout', async () => {
      const [one, two] = [await another(() => {}), await another(() => {})];
      await put({
        nodes: { [one.node]: 1, [two.node]: 1 },
        timeout: { connect: 5, send: 5, read: 0.4 },
        retry_timeout: 0.2,
      });
      expectError(await get(), 504);
      expect(one.seen.length + two.seen.length).toBe(1);
    });

    it('is followed by the next while retry_timeout lasts', async () => {
      const silent = await another(() => {});
      await put({
        nodes: { [silent.node]: 1, [a.node]: 1 },
        timeout: { connect: 5, send: 5, read: 0.3 },
      });
      expect(await times(2)).toEqual([200, 200]);
      expect([silent.seen.length, a.seen.length]).toEqual([1, 2]);
    });
  });

  describe('a node that closes before it responds', () => {
    it('gives 502, after one attempt when there is no other', async () => {
      const node = await hangingUp();
      await put({ nodes: { [node.node]: 1 } });
      expectError(await get(), 502);
      expect(node.requests()).toBe(1);
    });

    it('is followed by the next for GET', async () => {
      const node = await hangingUp();
      await put({ nodes: { [node.node]: 1, [a.node]: 1 } });
      expect(await times(4)).toEqual([200, 200, 200, 200]);
      expect([node.requests(), a.seen.length]).toEqual([2, 4]);
    });

    it.runIf(can(runtime.name, 'largeBodyToNextNode'))(
      'is followed by the next for a PUT, which gets all of a body that is still being sent',
      async () => {
        const node = await hangingUp();
        await put({ nodes: { [node.node]: 1, [a.node]: 1 } });
        // The first of two requests goes to the node that closes.
        for (let i = 0; i < 2; i++) {
          const arrived = once(a.server, 'request');
          const { port } = gateway;
          const request = httpRequest({ port, path: '/x', method: 'PUT', agent: false });
          request.write(Buffer.alloc(10_000));
          await arrived;
          request.end(Buffer.alloc(100_000));
          const [message] = (await once(request, 'response')) as [IncomingMessage];
          expect(message.resume().statusCode).toBe(200);
        }
        expect(node.requests()).toBe(1);
        expect(a.seen.map(({ body }) => body.length)).toEqual([110_000, 110_000]);
      },
    );

    const bodies: [string, Send][] = [
      ['with a body', { body: 'once' }],
      ['without a body', {}],
      // workerd closes the connection of a body that the node left unread.
      ['with a body in chunks', { body: 'once', chunks: 2, agent: false }],
    ];

    it.each(bodies)('is not followed by another for a POST %s', async (_, options) => {
      const node = await hangingUp();
      await put({ nodes: { [node.node]: 1, [a.node]: 1 } });
      const statuses = await times(4, { method: 'POST', ...options });
      expect(statuses.toSorted()).toEqual([200, 200, 502, 502]);
      expect([node.requests(), a.seen.length]).toEqual([2, 2]);
    });
  });

  it('carries as many requests over a connection as keepalive_pool says', async () => {
    const connections = new Set<unknown>();
    const upstream = await another((_, response) => response.end());
    upstream.server.on('request', ({ socket }) => connections.add(socket));
    await put({ nodes: { [upstream.node]: 1 }, keepalive_pool: { requests: 2 } });
    expect(await times(6)).toEqual([200, 200, 200, 200, 200, 200]);
    if (can(runtime.name, 'keepalivePool')) expect(connections.size).toBe(3);
    else expect(connections.size).toBeLessThan(3);
  });

  describe('pass_host', () => {
    const hosts = () => a.seen.map(({ rawHeaders }) => fieldsOf(rawHeaders, 'host'));
    const setsHost = can(runtime.name, 'hostToUpstream');

    it.each([
      [undefined, 'client.example:8080'],
      ['pass', 'client.example:8080'],
      ['node', null],
      ['rewrite', 'other.example'],
    ])('%s sends %s', async (passHost, expected) => {
      await put({
        nodes: { [dead]: 1, [a.node]: 1 },
        ...(passHost !== undefined && { pass_host: passHost }),
        ...(passHost === 'rewrite' && { upstream_host: 'other.example' }),
      });
      const headers = { host: 'client.example:8080' };
      await times(2, { headers });
      await times(2, { headers, method: 'PUT', body: 'x' });
      // After a retry, too, Host names the node that got the request.
      const host = setsHost ? (expected ?? a.node) : a.node;
      expect(hosts()).toEqual(Array.from({ length: 4 }, () => [host]));
    });
  });
}
