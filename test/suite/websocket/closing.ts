import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { bothClosed, type Peer } from '../../support/websocket.ts';
import type { WebSockets } from '../websocket.ts';

const ENDS = [
  ['client', 'upstream'],
  ['upstream', 'client'],
] as const;

const CLOSES = [
  [1000, ''],
  [1000, 'done'],
  [3000, 'x'.repeat(123)],
  [4001, 'reason'],
] as const;

/** Ways to leave without a close frame. */
const DEATHS: readonly (readonly [how: string, die: (peer: Peer) => void])[] = [
  ['closes its connection', ({ socket }) => socket.terminate()],
  ['resets its connection', (peer) => tcpOf(peer).resetAndDestroy()],
];

/** Each end sees how the other leaves. */
export function closing({ open }: WebSockets): void {
  describe.each(ENDS)('by the %s', (leaving, left) => {
    it.each(CLOSES)('with code %i and reason "%s"', async (code, reason) => {
      const pair = await open('closing');
      pair[leaving].socket.close(code, reason);
      await bothClosed(pair.client, pair.upstream);
      // The other end sends the code back.
      expect([pair[left].closed, pair[leaving].closed]).toEqual([
        { code, reason },
        { code, reason },
      ]);
    });

    it('without a code', async () => {
      const pair = await open('closing');
      pair[leaving].socket.close();
      await bothClosed(pair.client, pair.upstream);
      expect(pair[left].closed).toEqual({ code: 1005, reason: '' });
    });

    it('after a last message', async () => {
      const pair = await open('closing');
      const last = 'x'.repeat(300_000);
      pair[leaving].socket.send(last);
      pair[leaving].socket.close(1000);
      await bothClosed(pair.client, pair.upstream);
      expect(pair[left].messages).toEqual([last]);
      expect(pair[left].closed!.code).toBe(1000);
    });

    it.each(DEATHS)('which %s', async (_, die) => {
      const pair = await open('dying');
      die(pair[leaving]);
      await bothClosed(pair.client, pair.upstream);
      expect(pair[left].closed).toEqual({ code: 1006, reason: '' });
    });
  });
}

/** `ws` hides its connection. */
function tcpOf({ socket }: Peer): Socket {
  return (socket as unknown as { readonly _socket: Socket })._socket;
}
