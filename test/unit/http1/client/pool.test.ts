import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { destination, type KeepAlive } from '../../../../src/http/destination.ts';
import type { Outbound } from '../../../../src/http/messages.ts';
import { TransportError } from '../../../../src/http/transport.ts';
import { http1SendCopy } from '../../../../src/http1/client/call.ts';
import { Names } from '../../../../src/http1/client/names/names.ts';
import { createPool, type Pool } from '../../../../src/http1/client/pool.ts';
import { type Respond, origin, type Origin } from '../../../support/origin.ts';
import { freePort } from '../../../support/ports.ts';
import { until } from '../../../support/until.ts';

const opened: (Pick<Origin, 'close'> | Pool)[] = [];
afterEach(() =>
  Promise.all(opened.splice(0).map((one) => ('close' in one ? one.close() : one.destroy()))),
);

async function server(answer?: Respond): Promise<Origin & { connections(): Promise<number> }> {
  const one = await origin(answer);
  opened.push(one);
  const connections = () =>
    new Promise<number>((resolve) => one.server.getConnections((_, count) => resolve(count)));
  return Object.assign(one, { connections });
}

function get({ url }: Pick<Origin, 'url'>, keepAlive: Partial<KeepAlive> = {}): Outbound {
  const timeouts = { connect: 5000, send: 5000, read: 5000 };
  const headers = ['Host', 'h'];
  return {
    destination: destination(url, { keepAlive }),
    target: '/',
    method: 'GET',
    headers,
    body: null,
    timeouts,
  };
}

it('keeps no more connections to all servers than it may, the least recent go first', async () => {
  const servers = await Promise.all([server(), server(), server()]);
  const pool = createPool({ most: 4 });
  opened.push(pool);
  const send = http1SendCopy(pool);
  const ask = (one: Origin, count: number) =>
    Promise.all(Array.from({ length: count }, () => send(get(one), 5000).done));
  const connections = () => Promise.all(servers.map((one) => one.connections()));

  await ask(servers[0]!, 3);
  await ask(servers[1]!, 1);
  expect(await connections()).toEqual([3, 1, 0]);
  await ask(servers[2]!, 2);
  await until(async () => (await connections()).join() === '1,1,2', 5000, 'two to be closed');
  await ask(servers[1]!, 4);
  await until(
    async () => (await connections()).join() === '0,4,0',
    5000,
    'the others to be closed',
  );
});

const closing: Respond = (_, response) => response.setHeader('connection', 'close').end();

describe('the limit of connections to all servers', () => {
  it('keeps nobody from opening more while all are in use', async () => {
    const held: (() => void)[] = [];
    const one = await server((_, response) => void held.push(() => response.end()));
    const pool = createPool({ most: 2 });
    opened.push(pool);
    const send = http1SendCopy(pool);
    const asked = Array.from({ length: 5 }, () => send(get(one), 5000).done);
    await until(() => held.length === 5);
    expect(await one.connections()).toBe(5);
    for (const answer of held) answer();
    await Promise.all(asked);
  });

  it('does not count those that are closed', async () => {
    const [kept, closes] = [await server(), await server(closing)];
    const pool = createPool({ most: 2 });
    opened.push(pool);
    const send = http1SendCopy(pool);
    const first = await portOf(kept, () => send(get(kept), 5000).done);
    for (let i = 0; i < 5; i++) await send(get(closes), 5000).done;
    expect(await portOf(kept, () => send(get(kept), 5000).done)).toBe(first);
  });
});

/** The client's port of the connection that a request comes by. */
async function portOf({ server: one }: Origin, send: () => Promise<unknown>): Promise<number> {
  let port = 0;
  one.once('request', ({ socket }) => (port = socket.remotePort!));
  await send();
  return port;
}

it('ends what is under way, and what waits, when it is destroyed', async () => {
  const [idle, busy] = [await server(), await server(() => {})];
  const pool = createPool();
  opened.push(pool);
  const send = http1SendCopy(pool);
  await send(get(idle), 5000).done;
  const { done } = send(get(busy), 5000);
  const failed = expect(done).rejects.toMatchObject({ kind: 'shutdown', unsent: false });
  await until(() => busy.seen.length === 1);
  pool.destroy();
  await failed;
  const connections = async () => (await idle.connections()) + (await busy.connections());
  await until(async () => (await connections()) === 0, 5000, 'all connections to be closed');
});

it.each([
  [1023, '127.0.0.2'],
  [1024, '127.0.0.3'],
])('after %i other servers without connections, one is asked at %s', async (others, expected) => {
  const port = await freePort();
  const asked: string[] = [];
  const closes: RequestListener = ({ socket }, response) => {
    asked.push(socket.localAddress!);
    response.setHeader('connection', 'close').end();
  };
  const addresses = ['127.0.0.2', '127.0.0.3'];
  for (const address of addresses) {
    const one = createServer(closes);
    await new Promise<void>((resolve) => one.listen(port, address, resolve));
    opened.push({ close: () => new Promise((resolve) => one.close(() => resolve())) });
  }
  const pool = createPool({ names: new Names(() => Promise.resolve({ addresses, ttl: 1000 })) });
  opened.push(pool);
  const send = http1SendCopy(pool);
  // The size of its pool makes a server another one.
  const ask = (size: number) =>
    send(get({ url: `http://name.test:${port}` }, { size }), 20_000).done;
  await ask(0);
  for (let size = 1; size <= others;) {
    const together = Math.min(32, others + 1 - size);
    await Promise.all(Array.from({ length: together }, () => ask(size++)));
  }
  await ask(0);
  // The second address has the first turn; it has it again where the server was forgotten.
  expect([asked[0], asked.at(-1)]).toEqual(['127.0.0.3', expected]);
});

it('has connections for each server name where that is the Host of a request', async () => {
  const names: string[] = [];
  // A server that knows no name: that it is asked for one is enough here.
  const one = createTlsServer({
    SNICallback(name, done) {
      names.push(name);
      done(new Error('unknown'));
    },
  });
  await new Promise<void>((resolve) => one.listen(0, '127.0.0.1', resolve));
  opened.push({ close: () => new Promise((resolve) => one.close(() => resolve())) });
  const pool = createPool();
  opened.push(pool);
  const request = get({ url: `https://127.0.0.1:${(one.address() as AddressInfo).port}` });
  for (const host of ['a.test', 'b.test:81', 'a.test']) {
    const { done } = http1SendCopy(pool)({ ...request, headers: ['Host', host] }, 5000);
    await expect(done).rejects.toBeInstanceOf(TransportError);
  }
  expect(names).toEqual(['a.test', 'b.test', 'a.test']);
});

it('does not reach a server whose name nobody knows, and looks that up again', async () => {
  const one = await server();
  const unknown = new TransportError('dns', 'no such name');
  const answers = [() => Promise.reject(unknown)];
  const known = () => Promise.resolve({ addresses: ['127.0.0.1'], ttl: 1000 });
  const pool = createPool({ names: new Names(() => (answers.shift() ?? known)()) });
  opened.push(pool);
  const send = http1SendCopy(pool);
  const request = get({ url: `http://name.test:${one.port}` });
  await expect(send(request, 5000).done).rejects.toMatchObject({ kind: 'dns', unsent: true });
  const isReached = () =>
    send(request, 5000).done.then(
      () => true,
      () => false,
    );
  await until(isReached, 5000, 'the name to be known');
});
