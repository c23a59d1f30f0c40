import { createServer, type RequestListener, type Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { destination, type KeepAlive } from '../../../../src/http/destination.ts';
import type { Outbound } from '../../../../src/http/messages.ts';
import { http1SendCopy } from '../../../../src/http1/client/call.ts';
import { Names } from '../../../../src/http1/client/names/names.ts';
import { createPool } from '../../../../src/http1/client/pool.ts';
import { freePort } from '../../../support/ports.ts';
import { turns } from '../../../support/turns.ts';
import { until } from '../../../support/until.ts';

const closing: (() => unknown)[] = [];
afterEach(() => Promise.all(closing.splice(0).map((close) => close())));

interface Host {
  readonly server: Server;
  /** Connections that came, and requests. */
  connections: number;
  requests: number;
  open(): Promise<number>;
}

async function host(address: string, port: number, answer: RequestListener): Promise<Host> {
  const server = createServer((request, response) => {
    one.requests++;
    answer(request, response);
  });
  const open = () => new Promise<number>((resolve) => server.getConnections((_, n) => resolve(n)));
  const one: Host = { server, connections: 0, requests: 0, open };
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
  return { hosts, send, move };
}

async function inTurn(count: number, send: () => Promise<unknown>): Promise<void> {
  for (let i = 0; i < count; i++) await send();
}

const closeAfter: RequestListener = (_, response) =>
  response.setHeader('connection', 'close').end();

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

  it('are counted over all addresses, and the longest idle goes first', async () => {
    const { hosts, send } = await setUp(undefined, { size: 1 });
    await inTurn(2, send);
    // 127.0.0.3 has the first turn.
    await until(async () => (await hosts[3].open()) === 0, 5000, 'the older to be closed');
    expect(await hosts[2].open()).toBe(1);
  });

  it('carry as many requests as keepalive_pool.requests says', async () => {
    const { hosts, send, move } = await setUp(undefined, { requests: 3 });
    move('127.0.0.2');
    await inTurn(7, send);
    expect(hosts[2].connections).toBe(3);
  });

  describe('for some time', () => {
    beforeEach(
      () => void vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] }),
    );
    afterEach(() => void vi.useRealTimers());

    /** By the clock of the pool; sockets have their own. */
    async function isKept(milliseconds: number, one: Host): Promise<boolean> {
      await vi.advanceTimersByTimeAsync(milliseconds);
      await turns(20);
      return (await one.open()) === 1;
    }
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
    ])('%s', async (_, answer, keepAlive, expected) => {
      const { hosts, send, move } = await setUp(answer, keepAlive);
      move('127.0.0.2');
      await send();
      expect(await isKept(expected - 100, hosts[2])).toBe(true);
      // They are looked at once a second.
      expect(await isKept(1200, hosts[2])).toBe(false);
    });

    it('of 0 not at all', async () => {
      const { hosts, send, move } = await setUp(undefined, { idleTimeout: 0 });
      move('127.0.0.2');
      await send();
      expect(await isKept(1, hosts[2])).toBe(false);
    });
  });
});
