import { createServer, type RequestListener, type Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { destination, type KeepAlive } from '../../../../src/http/destination.ts';
import type { Outbound } from '../../../../src/http/messages.ts';
import { http1SendCopy } from '../../../../src/http1/client/call.ts';
import { Names } from '../../../../src/http1/client/names/names.ts';
import { createPool } from '../../../../src/http1/client/pool.ts';
import { freePort } from '../../../support/ports.ts';
import { turns, turnsUntil } from '../../../support/turns.ts';
import { until } from '../../../support/until.ts';

const closing: (() => unknown)[] = [];
afterEach(() => Promise.all(closing.splice(0).map((close) => close())));

interface Host {
  readonly server: Server;
  /** Connections that came, and requests. */
  connections: number;
  requests: number;
  /** Of each request the client's port, which tells connections apart. */
  readonly ports: number[];
  open(): Promise<number>;
}

async function host(address: string, port: number, answer: RequestListener): Promise<Host> {
  const server = createServer((request, response) => {
    one.requests++;
    one.ports.push(request.socket.remotePort!);
    answer(request, response);
  });
  const open = () => new Promise<number>((resolve) => server.getConnections((_, n) => resolve(n)));
  const one: Host = { server, connections: 0, requests: 0, ports: [], open };
  server.on('connection', () => one.connections++);
  // No Keep-Alive field, which would say how long it keeps a connection.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => server.listen(port, address, resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return one;
}

/** A name whose addresses a test changes, and who sends to it. */
async function setUp(
  answer: RequestListener = (_, response) => response.end(),
  keepAlive: Partial<KeepAlive> = {},
) {
  const port = await freePort();
  let addresses: readonly string[] = ['127.0.0.2', '127.0.0.3'];
  const hosts = {
    2: await host('127.0.0.2', port, answer),
    3: await host('127.0.0.3', port, answer),
    4: await host('127.0.0.4', port, answer),
  };
  const names = new Names(() => Promise.resolve({ addresses, ttl: 1000 }));
  const pool = createPool({ names });
  closing.push(() => pool.destroy());
  const sendCopy = http1SendCopy(pool);
  const request: Outbound = {
    destination: destination(`http://name.test:${port}`, { keepAlive }),
    target: '/',
    method: 'GET',
    headers: ['Host', 'h'],
    body: null,
    timeouts: { connect: 10_000, send: 10_000, read: 10_000 },
  };
  const send = () => sendCopy(request, 60_000).done;
  const move = (...to: string[]) => void (addresses = to);
  return { hosts, pool, request, send, move };
}

/** Answers that are given by hand. */
function byHand() {
  const held: (() => void)[] = [];
  const answer: RequestListener = (_, response) => void held.push(() => response.end());
  /** Answers what is asked, in this order, and waits until that has arrived. */
  async function inOrder(order: readonly number[], asked: readonly Promise<unknown>[]) {
    await turnsUntil(() => held.length === asked.length);
    for (const i of order) {
      held[i]!();
      await asked[i];
    }
    held.length = 0;
  }
  return { answer, inOrder };
}

async function inTurn(count: number, send: () => Promise<unknown>): Promise<void> {
  for (let i = 0; i < count; i++) await send();
}

const closeAfter: RequestListener = (_, response) =>
  response.setHeader('connection', 'close').end();

/** Time passes for the pool when a test says so; sockets have their own. */
function stopTheClock(): void {
  beforeEach(
    () => void vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] }),
  );
  afterEach(() => void vi.useRealTimers());
}

/** Connections that are open after so many milliseconds on that clock. */
async function openAfter(milliseconds: number, one: Host): Promise<number> {
  await vi.advanceTimersByTimeAsync(milliseconds);
  await turns(20);
  return one.open();
}

describe('the addresses of a name', () => {
  it('take turns, each over the connection that it has', async () => {
    const { hosts, send } = await setUp();
    await inTurn(8, send);
    expect([hosts[2].requests, hosts[3].requests]).toEqual([4, 4]);
    expect([hosts[2].connections, hosts[3].connections]).toEqual([1, 1]);
  });

  it('take turns when no connection is kept', async () => {
    const { hosts, send } = await setUp(closeAfter);
    await inTurn(8, send);
    expect([hosts[2].requests, hosts[3].requests]).toEqual([4, 4]);
  });

  it('are seen to change under requests, and what was kept to the old ones is closed', async () => {
    const { hosts, send, move } = await setUp();
    await inTurn(2, send);
    move('127.0.0.4');
    const moved = async () => {
      await send();
      return hosts[4].requests > 0;
    };
    await until(moved, 10_000, 'the new address to be asked');
    const before = hosts[2].requests + hosts[3].requests;
    await inTurn(4, send);
    expect(hosts[2].requests + hosts[3].requests).toBe(before);
    await until(async () => (await hosts[2].open()) + (await hosts[3].open()) === 0, 5000);
  });

  it('are seen to change though nobody asks, as long as a connection is kept', async () => {
    const { hosts, send, move } = await setUp(undefined, { idleTimeout: 60_000 });
    await inTurn(2, send);
    expect([await hosts[2].open(), await hosts[3].open()]).toEqual([1, 1]);
    move('127.0.0.3');
    await until(async () => (await hosts[2].open()) === 0, 10_000, 'the old one to be left');
    expect(await hosts[3].open()).toBe(1);
  });

  it('are left when what is under way there is over, not before', async () => {
    const held: (() => void)[] = [];
    const { hosts, send, move } = await setUp((_, response) => {
      held.push(() => response.end());
    });
    const first = [send(), send()];
    await until(() => held.length === 2);
    move('127.0.0.4');
    const later: Promise<unknown>[] = [];
    const moved = () => {
      later.push(send());
      return hosts[4].requests > 0;
    };
    await until(moved, 10_000, 'the new address to be asked');
    await until(() => held.length === 2 + later.length, 5000, 'all to be asked');
    for (const answer of held) answer();
    for (const { status } of await Promise.all(first)) expect(status).toBe(200);
    await Promise.all(later);
    await until(async () => (await hosts[2].open()) + (await hosts[3].open()) === 0, 5000);
    expect(await hosts[4].open()).toBeGreaterThan(0);
  });
});

describe('connections that are kept', () => {
  it('are as many as keepalive_pool.size says', async () => {
    const { hosts, send, move } = await setUp(undefined, { size: 2 });
    move('127.0.0.2');
    await Promise.all(Array.from({ length: 6 }, send));
    expect(hosts[2].connections).toBe(6);
    await until(async () => (await hosts[2].open()) === 2, 5000, 'those beyond to be closed');
    await inTurn(5, send);
    expect(hosts[2].connections).toBe(6);
  });

  it.each([
    [2, 3, 2],
    [3, 2, 3],
  ] as const)(
    'are counted over all addresses: after %i requests, that to 127.0.0.%i has waited longest and goes',
    async (count, older, newer) => {
      const { hosts, send } = await setUp(undefined, { size: 1 });
      // 127.0.0.3 has the first turn.
      await inTurn(count, send);
      await until(async () => (await hosts[older].open()) === 0, 5000, 'the older to be closed');
      expect(await hosts[newer].open()).toBe(1);
    },
  );

  it('are used again, the one used last first', async () => {
    const { answer, inOrder } = byHand();
    const { hosts, send, move } = await setUp(answer);
    move('127.0.0.2');
    await inOrder([1, 0, 2], [send(), send(), send()]);
    const [first, second, third] = hosts[2].ports;
    await inOrder([0, 1, 2], [send(), send(), send()]);
    expect(hosts[2].ports.slice(3)).toEqual([third, first, second]);
  });

  it.each([
    ['that is to be sent on a new one', true, {}],
    ['that may leave HTTP', false, { upgrade: true }],
  ] as const)('carry no request %s', async (_, fresh, more) => {
    const { hosts, pool, request, send, move } = await setUp();
    move('127.0.0.2');
    await send();
    await new Promise<void>((resolve, reject) => {
      const onResponse = () => resolve();
      const listener = { until: Infinity, interim() {}, onResponse, failed: reject };
      pool.start({ ...request, ...more }, listener, fresh);
    });
    expect(new Set(hosts[2].ports).size).toBe(2);
  });

  it('are left when the server closes them, and another is opened', async () => {
    const { hosts, send, move } = await setUp();
    move('127.0.0.2');
    await send();
    hosts[2].server.closeIdleConnections();
    await until(async () => (await hosts[2].open()) === 0);
    await send();
    expect(new Set(hosts[2].ports).size).toBe(2);
  });

  it('carry as many requests as keepalive_pool.requests says', async () => {
    const { hosts, send, move } = await setUp(undefined, { requests: 3 });
    move('127.0.0.2');
    await inTurn(7, send);
    expect(hosts[2].connections).toBe(3);
  });

  describe('for some time', () => {
    stopTheClock();
    const isKept = async (milliseconds: number, one: Host) =>
      (await openAfter(milliseconds, one)) === 1;
    const saying =
      (timeout: number): RequestListener =>
      (_, response) =>
        response.setHeader('keep-alive', `timeout=${timeout}`).end();

    it.each<[string, RequestListener | undefined, Partial<KeepAlive>, number]>([
      ['with care where nobody says how long', undefined, {}, 4000],
      ['as keepalive_pool says', undefined, { idleTimeout: 60_000 }, 60_000],
      ['as keepalive_pool says, if that is short', undefined, { idleTimeout: 1500 }, 1500],
      ['a second less than the server says', saying(20), {}, 19_000],
      ['as the server says if that is less', saying(20), { idleTimeout: 60_000 }, 19_000],
      ['as keepalive_pool says if that is less', saying(20), { idleTimeout: 5000 }, 5000],
      ['a minute at most because the server says so', saying(3600), {}, 60_000],
      ['as keepalive_pool says, however long', saying(3600), { idleTimeout: 120_000 }, 120_000],
    ])('%s', async (_, answer, keepAlive, expected) => {
      const { hosts, send, move } = await setUp(answer, keepAlive);
      move('127.0.0.2');
      await send();
      expect(await isKept(expected - 100, hosts[2])).toBe(true);
      // They are looked at once a second.
      expect(await isKept(1200, hosts[2])).toBe(false);
    });

    it.each<[string, RequestListener | undefined, Partial<KeepAlive>]>([
      ['keepalive_pool', undefined, { idleTimeout: 0 }],
      ['a server that closes within a second', saying(1), {}],
    ])('not at all, as %s says', async (_, answer, keepAlive) => {
      const { hosts, send, move } = await setUp(answer, keepAlive);
      move('127.0.0.2');
      await send();
      expect(await isKept(1, hosts[2])).toBe(false);
    });

    it('are not used when that is over, though it was not yet seen', async () => {
      const { hosts, send, move } = await setUp(undefined, { idleTimeout: 1500 });
      move('127.0.0.2');
      await send();
      expect(await isKept(1499, hosts[2])).toBe(true);
      await send();
      expect(new Set(hosts[2].ports).size).toBe(1);
      expect(await isKept(1500, hosts[2])).toBe(true);
      await send();
      expect(new Set(hosts[2].ports).size).toBe(2);
    });
  });

  describe('beyond keepalive_pool.size', () => {
    stopTheClock();
    it('wait 100 ms for a request, and those that were idle for longest go', async () => {
      const { answer, inOrder } = byHand();
      const { hosts, send, move } = await setUp(answer, { size: 1 });
      move('127.0.0.2');
      await inOrder([2, 0, 1], [send(), send(), send()]);
      const last = hosts[2].ports[1];
      expect(await openAfter(99, hosts[2])).toBe(3);
      expect(await openAfter(1, hosts[2])).toBe(1);
      await inOrder([0], [send()]);
      expect(hosts[2].ports.at(-1)).toBe(last);
    });

    it('wait anew when they were used meanwhile', async () => {
      const { answer, inOrder } = byHand();
      const { hosts, send, move } = await setUp(answer, { size: 1 });
      move('127.0.0.2');
      await inOrder([0, 1], [send(), send()]);
      expect(await openAfter(60, hosts[2])).toBe(2);
      await inOrder([0, 1], [send(), send()]);
      expect(hosts[2].connections).toBe(2);
      // They are looked at 100 ms after there were too many, and again 100 ms later.
      expect(await openAfter(139, hosts[2])).toBe(2);
      expect(await openAfter(1, hosts[2])).toBe(1);
    });

    it('are none as long as they are in use', async () => {
      const { answer, inOrder } = byHand();
      const { hosts, send, move } = await setUp(answer, { size: 1 });
      move('127.0.0.2');
      const asked = [send(), send(), send()];
      await turnsUntil(() => hosts[2].requests === 3);
      expect(await openAfter(9000, hosts[2])).toBe(3);
      await inOrder([0, 1, 2], asked);
    });

    it('leave no timer behind when all are closed', async () => {
      const { hosts, pool, send, move } = await setUp(undefined, { size: 1 });
      move('127.0.0.2');
      await Promise.all([send(), send()]);
      // The deadline of each connection, one timer for those beyond, one for the age of all.
      expect(vi.getTimerCount()).toBe(4);
      pool.destroy();
      expect(vi.getTimerCount()).toBe(0);
      expect(await openAfter(0, hosts[2])).toBe(0);
    });
  });
});
