import { afterEach, expect, it } from 'vitest';
import { destination } from '../../../../src/http/destination.ts';
import type { Outbound } from '../../../../src/http/messages.ts';
import { http1SendCopy } from '../../../../src/http1/client/call.ts';
import { createPool, type Pool } from '../../../../src/http1/client/pool.ts';
import { origin, type Origin } from '../../../support/origin.ts';
import { until } from '../../../support/until.ts';

const opened: (Origin | Pool)[] = [];
afterEach(() =>
  Promise.all(opened.splice(0).map((one) => ('close' in one ? one.close() : one.destroy()))),
);

async function server(): Promise<Origin & { connections(): Promise<number> }> {
  const one = await origin();
  opened.push(one);
  const connections = () =>
    new Promise<number>((resolve) => one.server.getConnections((_, count) => resolve(count)));
  return Object.assign(one, { connections });
}

function get({ url }: Origin): Outbound {
  const timeouts = { connect: 5000, send: 5000, read: 5000 };
  const headers = ['Host', 'h'];
  return {
    destination: destination(url),
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
