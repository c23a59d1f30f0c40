import { describe, expect, it } from 'vitest';
import { send } from '../../support/client.ts';
import { crowd } from '../../support/crowd.ts';
import { until } from '../../support/until.ts';
import { bothClosed, type Peer } from '../../support/websocket.ts';
import type { WebSockets } from '../websocket.ts';

const MIB = 1024 * 1024;

/** In MiB: many times what all buffers on the way hold, socket buffers included. */
const FLOOD_MIB = 96;
const BUFFERS_MIB = 32;

/** Requests that the gateway serves while nothing moves: it had every chance to read more. */
const TURNS = 40;

/** Ways to end. */
export const LEAVING: readonly ((client: Peer, upstream: Peer) => void)[] = [
  (client) => client.socket.close(1000),
  (client) => client.socket.terminate(),
  (_, upstream) => upstream.socket.close(1000),
  (_, upstream) => upstream.socket.terminate(),
];

/** The fast end waits for the slow one, and a closed WebSocket leaves nothing behind. */
export function flow(sockets: WebSockets): void {
  const { stage, put, connect, open } = sockets;

  describe.each([
    ['upstream', 'client'],
    ['client', 'upstream'],
  ] as const)('of the %s', (sending, reading) => {
    it('waits for a reader that pauses, and continues with it', async () => {
      const pair = await open('flood');
      let received = 0;
      for (const { socket } of [pair.client, pair.upstream]) socket.removeAllListeners('message');
      pair[reading].socket.on('message', (data: Buffer) => (received += data.byteLength));
      pair[reading].socket.pause();
      const taken = flood(pair[sending], FLOOD_MIB);
      await untilStill(taken);
      expect(taken()).toBeLessThan(BUFFERS_MIB);
      pair[reading].socket.resume();
      await until(() => received === FLOOD_MIB * MIB, 25_000, 'all of it');
      pair.client.socket.close();
    });
  });

  it('of many, opened and closed in every way, leaves no connection to the upstream', async () => {
    const id = await put('many', sockets.upstream);
    await crowd(200, async (i) => {
      const { client, upstream } = await connect(id);
      client.socket.send(`message ${i}`);
      await until(() => client.messages.length === 1, 10_000, 'the echo');
      expect(client.messages).toEqual([`message ${i}`]);
      LEAVING[i % LEAVING.length]!(client, upstream);
      await bothClosed(client, upstream);
    });
    const none = async () => (await sockets.upstream.connections()) === 0;
    await until(none, 10_000, 'the last connection to close');
  });

  async function untilStill(read: () => number): Promise<void> {
    for (let still = 0, last = read(); still < TURNS; still++) {
      await send(stage.gateway.url, '/apisix/status');
      if (read() !== last) still = 0;
      last = read();
    }
  }
}

/** Sends so many messages of 1 MiB, each when the last was taken; returns how many were. */
function flood({ socket }: Peer, count: number): () => number {
  const message = Buffer.alloc(MIB);
  let taken = 0;
  const next = () =>
    socket.send(message, (error) => {
      if (error == null && ++taken < count) next();
    });
  next();
  return () => taken;
}
