import { connect, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import type { AcceptedConnection, ServeHttp2 } from '../../../../src/http1/server/accepted.ts';
import { listen } from '../../../../src/http1/server/listen.ts';
import { Turns } from '../../../../src/http1/turns.ts';
import { PREFACE } from '../../../support/http2-frames.ts';
import { until } from '../../../support/until.ts';

it('begins with HTTP/2 for one connection in each turn, and not for one that is gone', async () => {
  const began: Socket[] = [];
  const serve: ServeHttp2 = (socket) => {
    began.push(socket);
    return { scheme: 'http', evictableUntil: () => 0, stop() {}, destroy: () => socket.destroy() };
  };
  const waiting: AcceptedConnection[] = [];
  const turns = new (class extends Turns {
    override wait(taker: never): void {
      waiting.push(taker);
      super.wait(taker);
    }
  })(() => {});
  const listener = await listen({
    hostname: '127.0.0.1',
    port: 0,
    turns,
    loadHttp2: async () => serve,
    respond: () => new Promise<never>(() => {}),
  });
  const clients = Array.from({ length: 3 }, () => connect(listener.port, '127.0.0.1'));
  onTestFinished(async () => {
    clients.forEach((client) => client.destroy());
    listener.kill();
    await listener.stop();
  });
  const open = async (client: Socket, count: number) => {
    client.write(PREFACE);
    await until(() => waiting.length === count, 5000, `${count} that wait`);
  };
  for (const [i, client] of clients.entries()) await open(client, i + 1);
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
