import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { destination } from '../../../src/http/destination.ts';
import { BodyPipe } from '../../../src/http1/body-pipe.ts';
import { ClientConnection } from '../../../src/http1/client/connection.ts';
import type { SocketListener } from '../../../src/http1/client/dial.ts';
import { doorbell } from '../../../src/http1/doorbell.ts';
import { ServerConnection } from '../../../src/http1/server/connection.ts';
import type { ServerRequest } from '../../../src/http1/server/request.ts';
import { Turns } from '../../../src/http1/turns.ts';
import { until } from '../../support/until.ts';
import { client, gate } from './server/gate.ts';
import { createFence, type Fence, type Poll } from '../../../src/http1/fence.ts';

/** A poll that ends when a test says so. */
function heldPoll() {
  const polls: (() => void)[] = [];
  const fence = createFence((polled) => void polls.push(polled));
  const passed: string[] = [];
  const wait = (name: string) => fence({ passed: () => void passed.push(name) });
  return { polls, passed, wait };
}

describe('a fence', () => {
  it('has all sockets looked at once for all who come in one turn', async () => {
    const { polls, passed, wait } = heldPoll();
    for (const name of ['a', 'b']) wait(name);
    expect(polls).toHaveLength(0);
    await until(() => polls.length === 1);
    expect(passed).toEqual([]);
    polls[0]!();
    expect(passed).toEqual(['a', 'b']);
  });

  it('has them looked at again for those who come while that goes on', async () => {
    const { polls, passed, wait } = heldPoll();
    wait('a');
    await until(() => polls.length === 1);
    for (const name of ['b', 'c']) wait(name);
    polls[0]!();
    expect([passed, polls.length]).toEqual([['a'], 2]);
    polls[1]!();
    expect(passed).toEqual(['a', 'b', 'c']);
    wait('d');
    await until(() => polls.length === 3);
  });
});

describe.each<[string, () => Poll | undefined]>([
  ['a turn of the event loop', () => undefined],
  ['a doorbell', () => doorbell(() => true)],
  ['many turns, where no doorbell may be hung', () => doorbell(() => false)],
])('by %s', (_, poll) => {
  let server: Server;
  let there: Socket;
  let here: Socket;
  let fence: Fence;

  beforeEach(async () => {
    fence = createFence(poll());
    server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const connection = once(server, 'connection') as Promise<[Socket]>;
    here = connect((server.address() as AddressInfo).port, '127.0.0.1');
    [there] = await connection;
    for (const socket of [here, there]) socket.on('error', () => {}).setNoDelay();
  });
  afterEach(() => {
    here.destroy();
    there.destroy();
    server.close();
  });

  it('what came in before is read first', async () => {
    const seen: string[] = [];
    here.on('data', (bytes: Buffer) => seen.push(String(bytes)));
    // Many times, as the first has a doorbell to hang.
    for (let i = 0; i < 20; i++) {
      await new Promise<void>((written) => there.write(`byte ${i}`, () => written()));
      await new Promise<void>((passed) => fence({ passed }));
      expect(seen.at(-1)).toBe(`byte ${i}`);
    }
  });
});

/** What a body may bring until it waits for a turn, and what a byte of framing counts for. */
const TURN_BYTES = 2 * 1024 * 1024;
const FRAMING_COST = 16;

/** What the system hands over at once. */
const READ_BYTES = 64 * 1024;

/** Turns that come when a test says so. */
function heldTurns() {
  let coming = 0;
  const turns = new Turns(() => void (coming += 1));
  return {
    turns,
    coming: () => coming,
    come() {
      coming -= 1;
      turns.passed();
    },
  };
}

describe('whoever has much to do', () => {
  const taker = (went: string[], name: string, then = () => {}) => ({
    go() {
      went.push(name);
      then();
    },
  });

  it('goes on in a turn of its own, in the order of those who wait', () => {
    const { turns, coming, come } = heldTurns();
    const went: string[] = [];
    for (const name of ['a', 'b', 'c']) turns.wait(taker(went, name));
    expect([went, coming()]).toEqual([[], 1]);
    come();
    expect([went, coming()]).toEqual([['a'], 1]);
    come();
    come();
    expect([went, coming()]).toEqual([['a', 'b', 'c'], 0]);
  });

  it('stands behind all others when it comes back', () => {
    const { turns, coming, come } = heldTurns();
    const went: string[] = [];
    const again = taker(went, 'again');
    turns.wait(taker(went, 'a', () => turns.wait(again)));
    turns.wait(taker(went, 'b'));
    for (let i = 0; i < 3; i++) come();
    expect([went, coming()]).toEqual([['a', 'b', 'again'], 0]);
  });

  it('has left its turn to the next when it has no more use for it', () => {
    const { turns, coming, come } = heldTurns();
    const went: string[] = [];
    const [gone, last] = [taker(went, 'gone'), taker(went, 'last')];
    turns.wait(gone);
    turns.wait(last);
    turns.cancel(gone);
    come();
    expect([went, coming()]).toEqual([['last'], 0]);
    turns.wait(gone);
    turns.cancel(gone);
    turns.wait(last);
    expect(coming()).toBe(1);
    come();
    expect([went, coming()]).toEqual([['last', 'last'], 0]);
  });

  it('gets a quarter of the time at most where what it does is of no use', () => {
    let now = 0;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => now);
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    onTestFinished(() => {
      clock.mockRestore();
      vi.useRealTimers();
    });
    const { turns, coming, come } = heldTurns();
    const went: string[] = [];
    const takes = (name: string, milliseconds: number) =>
      taker(went, name, () => void (now += milliseconds));
    const pass = (milliseconds: number) => {
      now += milliseconds;
      vi.advanceTimersByTime(Math.ceil(milliseconds));
    };
    turns.wait(takes('low and long', 5), 'low');
    turns.wait(takes('low and short', 0.1), 'low');
    turns.wait(takes('low and last', 0.1), 'low');
    pass(1);
    expect(coming()).toBe(1);
    come();
    turns.wait(takes('normal', 5));
    come();
    expect(went.splice(0)).toEqual(['low and long', 'normal']);
    pass(9);
    expect(coming()).toBe(0);
    // Not even if there is a turn for somebody else.
    turns.wait(takes('early', 0));
    come();
    pass(1);
    turns.wait(takes('late', 0));
    come();
    come();
    expect(went.splice(0)).toEqual(['early', 'low and short', 'late']);
    // At least two milliseconds are for others.
    pass(1);
    expect(coming()).toBe(0);
    pass(1);
    come();
    expect([went, coming()]).toEqual([['low and last'], 0]);
  });

  it.each(['low', 'normal'] as const)('waits once, however often it asks (%s first)', (first) => {
    const { turns, coming, come } = heldTurns();
    const went: string[] = [];
    const one = taker(went, 'one');
    // The first turn of low priority comes at once.
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    turns.wait(one, first);
    for (const priority of ['normal', 'low'] as const) turns.wait(one, priority);
    vi.advanceTimersByTime(5);
    expect(coming()).toBe(1);
    come();
    vi.advanceTimersByTime(1000);
    expect([went, coming()]).toEqual([['one'], 0]);
    turns.wait(one, first);
    turns.cancel(one);
    vi.advanceTimersByTime(1000);
    while (coming() > 0) come();
    expect(went).toEqual(['one']);
  });

  it('goes on behind all that has come in by then', () => {
    const waiting: { passed(): void }[] = [];
    const turns = new Turns((waiter) => void waiting.push(waiter));
    const went: string[] = [];
    turns.wait(taker(went, 'a'));
    expect(waiting).toEqual([turns]);
    waiting[0]!.passed();
    expect(went).toEqual(['a']);
  });
});

describe('a body', () => {
  /** One whose reader takes all that comes, and what it said to its connection. */
  function body(highWater = Infinity) {
    const held = heldTurns();
    const said: string[] = [];
    const flow = {
      turns: held.turns,
      pause: () => void said.push('pause'),
      resume: () => void said.push('resume'),
      cancel: () => void said.push('cancel'),
    };
    return { ...held, said, pipe: new BodyPipe(flow, highWater) };
  }

  it('has its sender wait for a turn when it has brought its part of one', () => {
    const { pipe, said, come } = body();
    for (let round = 0; round < 2; round++) {
      pipe.push(Buffer.alloc(TURN_BYTES - 1));
      expect(said.splice(0)).toEqual([]);
      pipe.push(Buffer.alloc(1));
      // Of the same read.
      pipe.push(Buffer.alloc(TURN_BYTES));
      expect(said.splice(0)).toEqual(['pause']);
      come();
      expect(said.splice(0)).toEqual(['resume']);
    }
  });

  it('has brought it the sooner, the more of it is framing', () => {
    const { pipe, said } = body();
    const framing = TURN_BYTES / FRAMING_COST - 1;
    pipe.push(Buffer.alloc(FRAMING_COST - 1), framing + FRAMING_COST - 1);
    expect(said).toEqual([]);
    pipe.push(Buffer.alloc(1));
    expect(said).toEqual(['pause']);
  });

  it('goes on when both its reader and its turn have come', async () => {
    const { pipe, said, come } = body(1024);
    pipe.push(Buffer.alloc(TURN_BYTES));
    expect(said).toEqual(['pause']);
    come();
    expect(said).toEqual(['pause']);
    await pipe.read();
    expect(said).toEqual(['pause', 'resume']);
    pipe.push(Buffer.alloc(TURN_BYTES));
    await pipe.read();
    expect(said).toEqual(['pause', 'resume', 'pause']);
    come();
    expect(said).toEqual(['pause', 'resume', 'pause', 'resume']);
  });

  it.each([
    ['ended', (pipe: BodyPipe) => pipe.end(), ['pause', 'resume']],
    ['broke off', (pipe: BodyPipe) => pipe.fail(new Error('broke off')), ['pause']],
    ['is not wanted', (pipe: BodyPipe) => pipe.cancel(), ['pause', 'cancel']],
  ])('that %s waits for no turn', (_, ends, expected) => {
    const { pipe, said, turns, come } = body();
    pipe.push(Buffer.alloc(TURN_BYTES));
    const went: string[] = [];
    turns.wait({ go: () => void went.push('next') });
    ends(pipe);
    come();
    expect([said, went]).toEqual([expected, ['next']]);
  });

  it('never waits where there are no turns', () => {
    const said: string[] = [];
    const note = (what: string) => () => void said.push(what);
    const flow = { turns: null, pause: note('pause'), resume: note('resume'), cancel() {} };
    const pipe = new BodyPipe(flow, Infinity);
    for (let i = 0; i < 3; i++) pipe.push(Buffer.alloc(TURN_BYTES));
    expect(said).toEqual([]);
  });
});

/** Adds up what is done in one turn of the event loop. */
function counter() {
  let [now, most, all] = [0, 0, 0];
  let over = false;
  (function next(): void {
    now = 0;
    if (!over) setImmediate(next);
  })();
  onTestFinished(() => void (over = true));
  return {
    most: () => most,
    all: () => all,
    add(amount: number) {
      now += amount;
      all += amount;
      most = Math.max(most, now);
    },
  };
}

it('requests that come together leave others their turns', async () => {
  const begun = counter();
  const listening = await gate(() => {
    begun.add(1);
    return new Response('ok', { headers: { 'content-length': '2' } });
  });
  const clients = [client(listening), client(listening)];
  for (const { write } of clients) write('GET / HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(250));
  await until(() => begun.all() === 500, 20_000, 'all of them');
  // The first of each may come in the same turn as one that has waited.
  expect(begun.most()).toBeLessThanOrEqual(3);
});

/** Bodies of more than one part of a turn, and the most bytes on the wire that one may bring. */
const BODIES = [
  ['1', 'x', 300_000],
  ['0000000000001', 'x', 100_000],
  ['10', 'x'.repeat(16), 60_000],
  ['10000', 'x'.repeat(65_536), 100],
].map(([size, data, count]) => {
  const chunk = `${size}\r\n${data}\r\n`;
  const { length } = String(data);
  const cost = (length + FRAMING_COST * (chunk.length - length)) / chunk.length;
  return {
    what: chunk.slice(0, 20),
    bytes: Buffer.from(`${chunk.repeat(Number(count))}0\r\n\r\n`),
    size: length * Number(count),
    wire: chunk.length / length,
    // With the read that goes beyond it, and one that waited since the connection was stopped.
    most: TURN_BYTES / cost + 2 * READ_BYTES,
  };
});

/** A connection on which the next bytes are there whenever they are read. */
function pouring(head: string, bytes: Buffer): Socket {
  let at = 0;
  const socket = new Duplex({
    read() {
      // Whoever reads may write to it.
      if (at < bytes.byteLength) this.push(Buffer.from(bytes.subarray(at, (at += READ_BYTES))));
    },
    write: (_bytes, _encoding, written) => written(),
  });
  socket.unshift(Buffer.from(`${head}\r\nTransfer-Encoding: chunked\r\n\r\n`));
  return socket as Socket;
}

describe.each(BODIES)('a body in chunks such as $what', ({ bytes, size, wire, most }) => {
  async function readsPartByPart(source: { read(): Promise<Uint8Array | null> }) {
    const read = counter();
    for (let piece = await source.read(); piece !== null; piece = await source.read())
      read.add(piece.byteLength * wire);
    expect(Math.round(read.all() / wire)).toBe(size);
    expect(read.most()).toBeLessThanOrEqual(most);
  }

  it('from a client leaves others their turns', async () => {
    const request = await new Promise<ServerRequest>((respond) => {
      const connection = new ServerConnection(
        pouring('POST / HTTP/1.1\r\nHost: a', bytes),
        {
          stopping: false,
          clientTimeoutMs: 60_000,
          turns: new Turns(),
          respond(arrived) {
            respond(arrived);
            return new Promise<never>(() => {});
          },
          closed() {},
        },
        'http',
      );
      onTestFinished(() => connection.destroy());
    });
    await readsPartByPart(request.upload!.reader());
  });

  it('from an upstream leaves others their turns', async () => {
    const body = await new Promise<BodyPipe>((resolve, reject) => {
      const socket = pouring('HTTP/1.1 200 OK', bytes);
      const open = (listener: SocketListener) => {
        setImmediate(() => {
          listener.opened(socket);
        });
        return { cancel() {} };
      };
      const owner = {
        fence: createFence(),
        turns: new Turns(),
        gathers: true,
        becameIdle() {},
        closed() {},
      };
      const request = {
        destination: destination('http://a'),
        target: '/',
        method: 'GET',
        headers: ['Host', 'a'],
        body: null,
        timeouts: { connect: 5000, send: 5000, read: 5000 },
      };
      new ClientConnection(open, owner, null).start(request, {
        until: Infinity,
        interim() {},
        onResponse: (_head, pipe) => resolve(pipe),
        failed: reject,
      });
    });
    await readsPartByPart(body);
  });
});
