import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FrameWatch } from '../../../src/http2/frame-watch.ts';
import { HOLD_MS, MAX_IDLE_FRAMES, WORK_PER_TURN } from '../../../src/http2/limits.ts';
import { WatchedSocket } from '../../../src/http2/watched-socket.ts';
import { FRAME, frame } from '../../support/http2-frames.ts';
import { until } from '../../support/until.ts';
import { type Priority, Turns, type TurnTaker } from '../../../src/http1/turns.ts';

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

function watched(onFlood = () => {}, turns: Turns | null = null): WatchedSocket {
  const watch = new FrameWatch({ maxHeadBytes: 1000 });
  const one = new WatchedSocket({ socket, watch, onFlood, turns });
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

describe('a connection that brings much to do at once', () => {
  const PIECE = frame(FRAME.DATA, 0, 1, Buffer.alloc(5, 'p'));
  const PRIORITY = frame(FRAME.PRIORITY, 0, 1, Buffer.alloc(5, 'p'));
  const many = (what: Buffer, count: number) =>
    Buffer.concat(Array<Buffer>(Math.floor(count)).fill(what));
  /** More than two turns. */
  const MUCH = many(PIECE, 2.5 * WORK_PER_TURN);
  const PART = WORK_PER_TURN * PIECE.byteLength;

  /** What has been read, and turns that come when a test says so. */
  function inTurns(onFlood?: () => void) {
    let isComing = false;
    const priorities: Priority[] = [];
    const turns = new (class extends Turns {
      override wait(taker: TurnTaker, priority: Priority): void {
        priorities.push(priority);
        super.wait(taker, priority);
      }
    })(() => void (isComing = true));
    const one = watched(onFlood, turns);
    const read: Buffer[] = [];
    let isEnded = false;
    one.on('data', (bytes: Buffer) => read.push(bytes)).once('end', () => (isEnded = true));
    return {
      one,
      bytes: () => Buffer.concat(read),
      isEnded: () => isEnded,
      isComing: () => isComing,
      priorities,
      come() {
        isComing = false;
        turns.passed();
      },
    };
  }

  it('is read turn by turn', async () => {
    const { bytes, isComing, come, priorities } = inTurns();
    peer.write(MUCH);
    await until(isComing, 5000, 'the first turn');
    for (const parts of [1, 2]) {
      await until(() => bytes().byteLength === parts * PART, 5000, `${parts} parts`);
      expect([isComing(), socket.isPaused()]).toEqual([true, true]);
      come();
    }
    await until(() => bytes().equals(MUCH), 5000, 'the rest');
    expect([isComing(), socket.isPaused()]).toEqual([false, false]);
    expect(priorities).toEqual(['normal', 'normal']);
  });

  it('waits from its first part on, with low priority, where that is of no use', async () => {
    const { bytes, isComing, come, priorities } = inTurns();
    const useless = many(PRIORITY, 1.5 * WORK_PER_TURN);
    for (const sent of [useless, PIECE]) {
      // As one piece: the system may hand over less at once.
      socket.emit('data', Buffer.from(sent));
      expect(bytes().byteLength % useless.byteLength).toBe(0);
    }
    while (bytes().byteLength < useless.byteLength + PIECE.byteLength) {
      await until(isComing, 5000, 'a turn');
      come();
    }
    expect(bytes().equals(Buffer.concat([useless, PIECE]))).toBe(true);
    expect(new Set(priorities)).toEqual(new Set(['low']));
  });

  it('goes on to be read afterwards', async () => {
    const { bytes, isComing, come } = inTurns();
    peer.write(MUCH);
    await until(isComing, 5000, 'the first turn');
    while (isComing()) come();
    peer.write(PIECE);
    await until(() => bytes().byteLength > MUCH.byteLength, 5000, 'what follows');
    expect(bytes().equals(Buffer.concat([MUCH, PIECE]))).toBe(true);
  });

  it('is not read before its reader wants more', async () => {
    const { one, bytes, isComing, come } = inTurns();
    peer.write(MUCH);
    await until(() => bytes().byteLength === PART, 5000, 'the first part');
    one.pause();
    while (isComing()) come();
    expect([bytes().byteLength, socket.isPaused()]).toEqual([PART, true]);
    one.resume();
    await until(() => !socket.isPaused(), 5000, 'the socket to be read');
    expect(bytes().equals(MUCH)).toBe(true);
  });

  it('keeps what a paused socket reads on', async () => {
    const { bytes, isComing, come } = inTurns();
    peer.write(MUCH);
    await until(isComing, 5000, 'the first turn');
    // As a TLSSocket of Bun does.
    socket.emit('data', PIECE);
    while (isComing()) come();
    await until(() => bytes().equals(Buffer.concat([MUCH, PIECE])), 5000, 'all of it');
  });

  it.each(['floods us', 'is destroyed', 'ends'] as const)(
    'waits no longer once it %s',
    async (how) => {
      const { one, bytes, isEnded, isComing, come } = inTurns();
      peer.write(MUCH);
      await until(() => bytes().byteLength === PART, 5000, 'the first part');
      if (how === 'floods us') one.flooded();
      else if (how === 'is destroyed') one.destroy();
      else peer.end();
      await until(() => how !== 'ends' || isEnded(), 5000, 'the end');
      expect(isComing()).toBe(true);
      // For nobody.
      come();
      await new Promise(setImmediate);
      expect([bytes().byteLength, isComing()]).toEqual([PART, false]);
    },
  );

  it('has flooded us before any of it is read, if that is too much', async () => {
    const flooded: string[] = [];
    const { one, bytes, isComing, come } = inTurns(() => flooded.push('flooded'));
    // As one piece: the system may hand over less at once.
    socket.emit('data', many(PRIORITY, 2 * MAX_IDLE_FRAMES));
    expect([flooded, isComing(), one.isHeld]).toEqual([['flooded'], false, true]);
    come();
    await new Promise(setImmediate);
    expect(bytes().byteLength).toBe(0);
  });
});
