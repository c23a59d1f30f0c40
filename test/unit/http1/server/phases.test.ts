import { once } from 'node:events';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Reply } from '../../../../src/http/messages.ts';
import { bufferedResponse } from '../../../../src/http1/relayed-response.ts';
import { ServerConnection } from '../../../../src/http1/server/connection.ts';
import { SERVER_PHASES, type ServerPhase } from '../../../../src/http1/server/phases.ts';
import { Turns } from '../../../../src/http1/turns.ts';
import type { Listening } from '../../../../src/runtime/server.ts';
import type { ListenerTraits } from '../../../../src/runtime/sockets/serve.ts';
import { standsStill } from '../../../support/turns.ts';
import { until } from '../../../support/until.ts';
import { type Client, client, gate } from './gate.ts';

/** All changes that were seen. */
const seen = new Set<string>();
/** Those of the present test, which has one connection. */
let way: ServerPhase[] = ['idle'];

beforeAll(() => {
  ServerConnection.onPhase = (from, to) => {
    seen.add(`${from} > ${to}`);
    way.push(to);
  };
});
beforeEach(() => void (way = ['idle']));

/** Of these the system takes some dozens while nobody reads; each is written at once, taken or not. */
const LARGE = Buffer.alloc(64 * 1024);

const get = (path: string, fields = '') => `GET ${path} HTTP/1.1\r\nHost: a\r\n${fields}\r\n`;
const post = (path: string) => `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n`;

/** Responds at once: to `/large` with much, to `/later` never, and to all else with a dot. */
function respond(request: Request): Reply | Promise<Reply> {
  const { pathname } = new URL(request.url);
  if (pathname === '/later') return new Promise(() => {});
  return pathname === '/large' ? bufferedResponse(200, '', LARGE) : new Response('.');
}

const reached = (phase: ServerPhase) => until(() => way.at(-1) === phase, 5000, phase);

/** A turn that never comes. */
const NO_TURN: ListenerTraits = { turns: new Turns(() => {}) };

/** What a client does, and phases that its connection goes through by it, one after the other. */
interface Walk {
  readonly way: string;
  readonly traits?: ListenerTraits;
  walk(client: Client, listening: Listening): unknown;
}

/** Has one large response after the other waiting for who does not read. */
async function fill({ socket }: Client, ask: () => Promise<void>): Promise<void> {
  socket.pause();
  for (let i = 0; i < 1000 && way.at(-1) !== 'flush'; i++) {
    const before = way.length;
    await ask();
    const over = () => way.length > before + 1 && ['idle', 'flush'].includes(way.at(-1)!);
    await until(over, 5000, 'a response');
  }
  expect(way.at(-1)).toBe('flush');
}

const WALKS: readonly Walk[] = [
  {
    way: 'idle head exchange idle over',
    async walk({ write, sees, socket }) {
      write('GET /');
      await reached('head');
      write(' HTTP/1.1\r\nHost: a\r\n\r\n');
      await sees('.');
      socket.destroy();
    },
  },
  {
    way: 'idle over',
    async walk({ socket }) {
      await once(socket, 'connect');
      socket.destroy();
    },
  },
  { way: 'idle linger over', walk: ({ write }) => write('\x01') },
  {
    way: 'idle head linger over',
    async walk({ write }) {
      write('GET /');
      await reached('head');
      write('\x01');
    },
  },
  {
    way: 'idle head over',
    async walk({ write, socket }) {
      write('GET /');
      await reached('head');
      socket.destroy();
    },
  },
  {
    way: 'exchange linger over',
    walk: ({ write }) => write(get('/', 'Connection: close\r\n')),
  },
  {
    way: 'exchange over',
    async walk({ write, socket }) {
      write(get('/later'));
      await reached('exchange');
      socket.destroy();
    },
  },
  {
    way: 'exchange turn idle exchange linger over',
    walk: ({ write }) => write(get('/') + get('/', 'Connection: close\r\n')),
  },
  {
    way: 'exchange turn over',
    traits: NO_TURN,
    async walk({ write, socket }) {
      write(get('/') + get('/'));
      await reached('turn');
      socket.resetAndDestroy();
    },
  },
  {
    way: 'exchange discard idle over',
    async walk({ write, sees, socket }) {
      write(post('/'));
      await sees('.');
      write('0123456789');
      await reached('idle');
      socket.destroy();
    },
  },
  {
    way: 'exchange discard turn idle exchange linger over',
    async walk({ write, sees }) {
      write(post('/'));
      await sees('.');
      write(`0123456789${get('/', 'Connection: close\r\n')}`);
    },
  },
  {
    way: 'exchange discard linger over',
    async walk({ write, sees }, listening) {
      write(post('/'));
      await sees('.');
      void listening.stop();
      write('0123456789');
    },
  },
  {
    way: 'exchange discard over',
    async walk({ write, sees, socket }) {
      write(post('/'));
      await sees('.');
      socket.destroy();
    },
  },
  {
    way: 'exchange flush idle over',
    async walk(one) {
      await fill(one, async () => void one.write(get('/large')));
      one.socket.resume();
      await reached('idle');
      one.socket.destroy();
    },
  },
  {
    way: 'exchange flush turn idle exchange',
    async walk({ socket, write }) {
      socket.pause();
      write(get('/large').repeat(2000));
      await reached('flush');
      socket.resume();
      await until(() => way.join(' ').includes('flush turn idle exchange'), 5000, 'a turn');
      socket.resetAndDestroy();
    },
  },
  {
    way: 'exchange flush linger over',
    async walk(one, listening) {
      await fill(one, async () => void one.write(get('/large')));
      void listening.stop();
      one.socket.resume();
    },
  },
  {
    way: 'exchange flush over',
    async walk(one) {
      await fill(one, async () => void one.write(get('/large')));
      one.socket.resetAndDestroy();
    },
  },
  {
    way: 'discard flush over',
    async walk(one) {
      await fill(one, async () => {
        one.write(post('/large'));
        await reached('discard');
        one.write('0123456789');
      });
      one.socket.resetAndDestroy();
    },
  },
];

describe('a connection of a client', () => {
  it.each(WALKS)('goes by $way', async ({ way: expected, traits, walk }) => {
    const listening = await gate(respond, {}, traits);
    const one = client(listening);
    one.socket.once('end', () => one.socket.end());
    await walk(one, listening);
    await reached('over');
    expect(` ${way.join(' ')} `).toContain(` ${expected} `);
  });

  it('reads nothing while the client takes nothing', async () => {
    const one = client(await gate(respond));
    await fill(one, async () => void one.write(get('/large')));
    const size = 64 * 1024 * 1024;
    one.socket.write(Buffer.alloc(size));
    const taken = () => size - one.socket.writableLength;
    // Until the system of neither side takes more.
    await standsStill(taken);
    expect(taken()).toBeLessThan(size / 2);
    one.socket.resetAndDestroy();
    await reached('over');
  });

  it('has gone all ways that there are, and no other', () => {
    const legal = Object.entries(SERVER_PHASES).flatMap(([from, next]) =>
      next.map((to) => `${from} > ${to}`),
    );
    expect([...seen].toSorted()).toEqual(legal.toSorted());
  });
});
