import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FrameWatch } from '../../../src/http2/frame-watch.ts';
import { HOLD_MS, MAX_IDLE_FRAMES } from '../../../src/http2/limits.ts';
import { WatchedSocket } from '../../../src/http2/watched-socket.ts';
import { FRAME, frame } from '../../support/http2-frames.ts';

let server: Server;
let peer: Socket;
let socket: Socket;
/** What went wrong with our end, and what the peer got. */
let errors: Error[];
let got: string;

beforeEach(async () => {
  [errors, got] = [[], ''];
  server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  peer = connect((server.address() as AddressInfo).port, '127.0.0.1');
  [socket] = (await once(server, 'connection')) as [Socket];
  socket.on('error', (error) => errors.push(error));
  peer.on('data', (bytes) => (got += bytes.toString())).on('error', () => {});
});
afterEach(async () => {
  peer.destroy();
  socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

function watched(onFlood = () => {}): WatchedSocket {
  const watch = new FrameWatch({ maxHeadBytes: 1000 });
  const one = new WatchedSocket(socket, Buffer.alloc(0), watch, onFlood);
  one.resume();
  return one;
}

describe('a connection that ends', () => {
  it('by us: at once, with all that was written', async () => {
    const one = watched();
    one.write('last');
    one.end();
    await once(one, 'finish');
    one.destroy();
    await once(peer, 'end');
    expect([got, errors, one.isHeld]).toEqual(['last', [], false]);
  });

  it('by the peer: at once', async () => {
    const one = watched();
    peer.end();
    await once(one, 'end');
    one.destroy();
    await once(peer, 'end');
    expect([errors, one.isHeld]).toEqual([[], false]);
  });

  it('by a flood: after a while, with what was written last', async () => {
    const began = performance.now();
    const flooded = new Promise<void>((resolve) => {
      const one = watched(() => {
        resolve();
        setImmediate(() => one.write('goodbye', () => one.destroy()));
      });
    });
    peer.write(Buffer.concat(Array(5 * MAX_IDLE_FRAMES).fill(frame(FRAME.PRIORITY, 0, 1))));
    await flooded;
    await once(peer, 'close');
    expect([got, errors]).toEqual(['goodbye', []]);
    // Timers may fire up to a millisecond early.
    expect(performance.now() - began).toBeGreaterThanOrEqual(HOLD_MS - 2);
  });

  it('by a fault: after a while', async () => {
    const began = performance.now();
    const one = watched();
    peer.write(frame(FRAME.DATA, 0, 0, Buffer.from('no stream')));
    await once(one, 'data');
    one.destroy();
    await once(peer, 'end');
    expect([errors, one.isHeld]).toEqual([[], true]);
    expect(performance.now() - began).toBeGreaterThanOrEqual(HOLD_MS - 2);
  });
});
