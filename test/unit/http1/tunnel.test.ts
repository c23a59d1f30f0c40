import { connect, createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { tunnel } from '../../../src/http1/tunnel.ts';
import { turnsUntil } from '../../support/turns.ts';

const READ = 1000;

/** Deadlines run on a clock of the test's own; sockets work as ever. */
beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

/** Both halves of a connection over loopback. */
async function connection(): Promise<{ ours: Socket; theirs: Socket }> {
  const server = createServer();
  const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const theirs = connect((server.address() as { port: number }).port, '127.0.0.1');
  const ours = await accepted;
  server.close();
  onTestFinished(() => [ours, theirs].forEach((socket) => socket.destroy()));
  return { ours, theirs };
}

/** A tunnel, with its far ends and those in our hands. */
async function open() {
  const [client, upstream] = [await connection(), await connection()];
  const bytes = Buffer.alloc(0);
  const ours = [client.ours, upstream.ours];
  tunnel(
    { socket: client.ours, bytes },
    { socket: upstream.ours, bytes },
    { connect: 0, send: READ, read: READ },
  );
  return { client: client.theirs, upstream: upstream.theirs, ours };
}

async function pass(from: Socket, to: Socket): Promise<void> {
  let got = '';
  to.once('data', (bytes) => (got += String(bytes)));
  from.write('x');
  await turnsUntil(() => got === 'x');
}

it('is kept open by what moves, whichever way', async () => {
  const { client, upstream, ours } = await open();
  const ways = [
    [client, upstream],
    [client, upstream],
    [upstream, client],
    [upstream, client],
  ] as const;
  for (const [from, to] of ways) {
    vi.advanceTimersByTime(0.9 * READ);
    await pass(from, to);
    expect(ours.some(({ destroyed }) => destroyed)).toBe(false);
  }
  vi.advanceTimersByTime(READ);
  expect(ours.every(({ destroyed }) => destroyed)).toBe(true);
});

it('leaves no timer', async () => {
  const { client, ours } = await open();
  expect(vi.getTimerCount()).toBe(1);
  client.destroy();
  await turnsUntil(() => ours.every(({ destroyed }) => destroyed) && vi.getTimerCount() === 0);
});

it('ends at once when one side was gone before it began', async () => {
  const [client, upstream] = [await connection(), await connection()];
  const bytes = Buffer.alloc(0);
  upstream.ours.destroy();
  const timeouts = { connect: 0, send: READ, read: READ };
  tunnel({ socket: client.ours, bytes }, { socket: upstream.ours, bytes }, timeouts);
  await turnsUntil(() => client.ours.destroyed && vi.getTimerCount() === 0);
});
