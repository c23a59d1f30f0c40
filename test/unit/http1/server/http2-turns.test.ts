import { connect, type Socket } from 'node:net';
import { expect, it, onTestFinished, vi } from 'vitest';
import type { ServeHttp2 } from '../../../../src/http1/server/accepted.ts';
import { listen } from '../../../../src/http1/server/listen.ts';
import { HTTP2_BEGINS_PER_S } from '../../../../src/http1/server/limits.ts';
import { type Priority, Turns, type TurnTaker } from '../../../../src/http1/turns.ts';
import { PREFACE } from '../../../support/http2-frames.ts';
import { until } from '../../../support/until.ts';

/** A listener that leaves HTTP/2 to `serve`, and what waits for a turn there, which comes when the test says so. */
async function waitingListener(serve: ServeHttp2) {
  const waiting: Priority[] = [];
  const turns = new (class extends Turns {
    override wait(taker: TurnTaker, priority: Priority): void {
      waiting.push(priority);
      super.wait(taker, priority);
    }
  })(() => {});
  const listener = await listen({
    hostname: '127.0.0.1',
    port: 0,
    turns,
    loadHttp2: async () => serve,
    respond: () => new Promise<never>(() => {}),
  });
  const clients: Socket[] = [];
  onTestFinished(async () => {
    clients.forEach((client) => client.destroy());
    listener.kill();
    await listener.stop();
  });
  return {
    waiting,
    turns,
    listener,
    /** Opens a connection that begins with HTTP/2, and waits until that waits for its turn. */
    async open(): Promise<Socket> {
      const client = connect(listener.port, '127.0.0.1');
      clients.push(client);
      client.on('error', () => {}).write(PREFACE);
      await until(() => waiting.length === clients.length, 5000, 'one more that waits');
      return client;
    },
  };
}

it('begins with HTTP/2 for one connection in each turn, and not for one that is gone', async () => {
  const began: Socket[] = [];
  const serve: ServeHttp2 = (socket) => {
    began.push(socket);
    return { scheme: 'http', evictableUntil: () => 0, stop() {}, destroy: () => socket.destroy() };
  };
  const { turns, listener, open } = await waitingListener(serve);
  const clients = [await open(), await open(), await open()];
  expect(began).toEqual([]);
  turns.passed();
  expect(began.map(({ remotePort }) => remotePort)).toEqual([clients[0]!.localPort]);
  clients[1]!.resetAndDestroy();
  await until(() => listener.open() === 2, 5000, 'the end of the second');
  turns.passed();
  expect(began.length).toBe(1);
  turns.passed();
  expect(began.map(({ remotePort }) => remotePort)).toEqual([
    clients[0]!.localPort,
    clients[2]!.localPort,
  ]);
});

it('begins with HTTP/2 later for those who are more than a hundred in a second', async () => {
  const serve: ServeHttp2 = (socket) => ({
    scheme: 'http',
    evictableUntil: () => 0,
    stop() {},
    destroy: () => socket.destroy(),
  });
  let now = 0;
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => now);
  onTestFinished(() => clock.mockRestore());
  const { waiting, turns, open } = await waitingListener(serve);
  for (let i = 0; i < HTTP2_BEGINS_PER_S + 1; i++) {
    await open();
    turns.passed();
  }
  expect(waiting.indexOf('low')).toBe(HTTP2_BEGINS_PER_S);
  now += 10;
  await open();
  await open();
  expect(waiting.slice(-2)).toEqual(['normal', 'low']);
});
