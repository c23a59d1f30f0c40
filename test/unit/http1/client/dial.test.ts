import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, it, vi } from 'vitest';
import type { TransportError } from '../../../../src/http/transport.ts';
import {
  type Candidate,
  Dial,
  parseOrigin,
  type SpareSockets,
} from '../../../../src/http1/client/dial.ts';
import { freePort } from '../../../support/ports.ts';
import { unansweredPort, type UnansweredPort } from '../../../support/unanswered-port.ts';
import { turns, turnsUntil } from '../../../support/turns.ts';
import { until } from '../../../support/until.ts';

const closing: (() => unknown)[] = [];
afterEach(() => Promise.all(closing.splice(0).map((close) => close())));

afterEach(() => void vi.useRealTimers());

function stopTheClock(): void {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] });
}

/** Moves the clock on, and lets what is on its way through sockets arrive. */
async function pass(milliseconds: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(milliseconds);
  await turns(50);
}

/** A server that takes connections and says nothing, at an address of loopback. */
async function server(
  host: string,
  port: number,
): Promise<Server & { readonly open: Set<Socket> }> {
  const open = new Set<Socket>();
  const one = createServer((socket) => {
    open.add(socket.on('error', () => {}));
    socket.on('close', () => open.delete(socket));
  });
  await new Promise<void>((resolve) => one.listen(port, host, resolve));
  closing.push(() => {
    for (const socket of open) socket.destroy();
    one.close();
  });
  return Object.assign(one, { open });
}

async function silent(host: string, port: number): Promise<UnansweredPort> {
  const one = await unansweredPort({ host, port });
  closing.push(() => one.close());
  return one;
}

/** Addresses that tell what was thought of them. */
function candidates(...addresses: string[]) {
  const said: string[] = [];
  const all: Candidate[] = addresses.map((address) => ({
    address,
    avoid: () => void said.push(`avoid ${address}`),
    trust: () => void said.push(`trust ${address}`),
  }));
  return { all, said };
}

function dial(
  port: number,
  all: Candidate[],
  url = `http://name.test:${port}`,
  spare: Partial<SpareSockets> = {},
) {
  const events: (Socket | TransportError)[] = [];
  let won = '';
  const listener = {
    opened: (socket: Socket) => void events.push(socket),
    failed: (error: TransportError) => void events.push(error),
    read() {},
  };
  const one = new Dial<Candidate>(
    parseOrigin(url, ''),
    null,
    listener,
    ({ address }) => void (won = address),
    { take: () => true, give() {}, shortage: () => null, ...spare },
  );
  one.start(all);
  closing.push(() => {
    for (const event of events) if ('destroy' in event) event.destroy();
  });
  const told = () => until(() => events.length > 0, 10_000, 'the dial to come to an end');
  return { one, events, told, winner: () => won };
}

it('tries the next address when one refuses', async () => {
  const port = await freePort();
  await server('127.0.0.3', port);
  const { all, said } = candidates('127.0.0.2', '127.0.0.3');
  const { events, told, winner } = dial(port, all);
  await told();
  expect(winner()).toBe('127.0.0.3');
  expect((events[0] as Socket).remoteAddress).toBe('127.0.0.3');
  expect(said).toEqual(['avoid 127.0.0.2', 'trust 127.0.0.3']);
});

it('thinks no worse of an address for a shortage of our own, and says that it was one', async () => {
  const port = await freePort();
  const { all, said } = candidates('127.0.0.2', '127.0.0.3');
  const none = Object.assign(new Error('EMFILE: too many open files'), { code: 'EMFILE' });
  const { events, told } = dial(port, all, undefined, { shortage: () => none });
  await told();
  expect(said).toEqual([]);
  const { kind, blameless, message } = events[0] as TransportError;
  expect({ kind, blameless }).toEqual({ kind: 'connect', blameless: true });
  expect(message).toBe('EMFILE: too many open files; EMFILE: too many open files');
});

it('tries the next beside one that does not answer, which it leaves when another does', async () => {
  const { port } = await silent('127.0.0.2', 0);
  const good = await server('127.0.0.3', port);
  const { all, said } = candidates('127.0.0.2', '127.0.0.3', '127.0.0.4');
  const { told, winner } = dial(port, all);
  await told();
  expect(winner()).toBe('127.0.0.3');
  expect(said).toEqual(['avoid 127.0.0.2', 'trust 127.0.0.3']);
  await until(() => good.open.size === 1, 5000, 'the connection to come in');
});

it('avoids an address that was given its head start by a timer, however early that was', async () => {
  const { port } = await silent('127.0.0.2', 0);
  await server('127.0.0.3', port);
  const { all, said } = candidates('127.0.0.2', '127.0.0.3');
  // The clock has not moved when the timer is over.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const { events } = dial(port, all);
  await vi.advanceTimersByTimeAsync(250);
  await turnsUntil(() => events.length > 0);
  expect(said).toEqual(['avoid 127.0.0.2', 'trust 127.0.0.3']);
});

it('waits for a slow address as long as it is let, however many there are', async () => {
  const slow = await silent('127.0.0.2', 0);
  await silent('127.0.0.3', slow.port);
  const { all, said } = candidates('127.0.0.3', '127.0.0.2');
  stopTheClock();
  const { events, winner } = dial(slow.port, all);
  await pass(3_600_000);
  expect(events).toEqual([]);
  slow.accept();
  await turnsUntil(() => events.length > 0);
  expect(winner()).toBe('127.0.0.2');
  expect(said).toEqual(['avoid 127.0.0.3', 'trust 127.0.0.2']);
});

it('tells of what all addresses failed with', async () => {
  const port = await freePort();
  const { all, said } = candidates('127.0.0.2', '127.0.0.3');
  const { events, told } = dial(port, all);
  await told();
  expect(events).toMatchObject([{ kind: 'connect' }]);
  expect((events[0] as TransportError).message).toBe(
    `connect ECONNREFUSED 127.0.0.2:${port}; connect ECONNREFUSED 127.0.0.3:${port}`,
  );
  expect(said).toEqual(['avoid 127.0.0.2', 'avoid 127.0.0.3']);
});

it('tries another address when TLS fails with one', async () => {
  const port = await freePort();
  for (const host of ['127.0.0.2', '127.0.0.3']) {
    (await server(host, port)).on('connection', (socket) => socket.end('no TLS'));
  }
  const { all, said } = candidates('127.0.0.2', '127.0.0.3');
  const { events, told } = dial(port, all, `https://name.test:${port}`);
  await told();
  expect(events).toMatchObject([{ kind: 'tls' }]);
  expect(said).toEqual(['avoid 127.0.0.2', 'avoid 127.0.0.3']);
});

it('holds four attempts at once, and gives each address its chance all the same', async () => {
  const { port } = await silent('127.0.0.2', 0);
  for (let i = 3; i < 8; i++) await silent(`127.0.0.${i}`, port);
  await server('127.0.0.8', port);
  const addresses = Array.from({ length: 7 }, (_, i) => `127.0.0.${i + 2}`);
  const { all, said } = candidates(...addresses);
  const { told, winner } = dial(port, all);
  await told();
  expect(winner()).toBe('127.0.0.8');
  expect(said.slice(0, -1).toSorted()).toEqual(addresses.slice(0, -1).map((one) => `avoid ${one}`));
});

it.each([0, 1, 2])('holds no more beside one than there are to spare: %i', async (most) => {
  const { port } = await silent('127.0.0.2', 0);
  for (let i = 3; i < 6; i++) await silent(`127.0.0.${i}`, port);
  await server('127.0.0.6', port);
  const { all } = candidates(...Array.from({ length: 5 }, (_, i) => `127.0.0.${i + 2}`));
  let taken = 0;
  let peak = 0;
  const spare = {
    take() {
      if (taken === most) return false;
      peak = Math.max(peak, ++taken);
      return true;
    },
    give: () => void taken--,
  };
  const { told, winner } = dial(port, all, undefined, spare);
  await told();
  expect({ winner: winner(), taken, peak }).toEqual({ winner: '127.0.0.6', taken: 0, peak: most });
});

it('gives what it had to spare back when it is given up', async () => {
  const { port } = await silent('127.0.0.2', 0);
  await silent('127.0.0.3', port);
  let taken = 0;
  const spare = { take: () => ++taken > 0, give: () => void taken-- };
  const { one } = dial(port, candidates('127.0.0.2', '127.0.0.3').all, undefined, spare);
  await until(() => taken === 1, 5000, 'a second attempt');
  one.cancel();
  expect(taken).toBe(0);
});

it('leaves nothing behind when it is given up', async () => {
  const slow = await silent('127.0.0.2', 0);
  await silent('127.0.0.3', slow.port);
  const { all, said } = candidates('127.0.0.2', '127.0.0.3');
  stopTheClock();
  const { one, events } = dial(slow.port, all);
  await pass(300);
  one.cancel();
  slow.accept();
  await pass(3_600_000);
  expect([events, vi.getTimerCount()]).toEqual([[], 0]);
  expect(said).toEqual(['avoid 127.0.0.2']);
});
