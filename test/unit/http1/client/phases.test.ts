import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { destination } from '../../../../src/http/destination.ts';
import type { Outbound } from '../../../../src/http/messages.ts';
import type { TransportError } from '../../../../src/http/transport.ts';
import type { BodyPipe } from '../../../../src/http1/body-pipe.ts';
import { ClientConnection } from '../../../../src/http1/client/connection.ts';
import { CLIENT_PHASES, type ClientPhase } from '../../../../src/http1/client/phases.ts';
import { createPool, type Pool } from '../../../../src/http1/client/pool.ts';
import { UpgradedBody } from '../../../../src/http1/tunnel.ts';
import { socketOrigin, type SocketOrigin } from '../../../support/socket-origin.ts';
import { until } from '../../../support/until.ts';

/** All changes that were seen. */
const seen = new Set<string>();
/** Those of the present test, which has one connection. */
let way: ClientPhase[];
let pool: Pool;
let server: SocketOrigin;
/** The server's end of the connection. */
let socket: Socket | null;
/** What it sends for each request. */
let response: string;

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n';

beforeEach(async () => {
  way = ['opening'];
  response = OK;
  socket = null;
  ClientConnection.onPhase = (from, to) => {
    seen.add(`${from} > ${to}`);
    way.push(to);
  };
  pool = createPool();
  // Called once the first request is here.
  server = await socketOrigin((opened) => {
    const respond = () => void (response !== '' && opened.write(response));
    socket = opened.on('data', respond);
    respond();
  });
});
afterEach(async () => {
  pool.destroy();
  ClientConnection.onPhase = null;
  await server.close();
});

/** Sends a request; resolves with the body of the response, of which nothing is read. */
function ask(asked: Partial<Outbound> = {}): Promise<BodyPipe> {
  const timeouts = { connect: 5000, send: 5000, read: 5000 };
  const to = destination(`http://${server.node}`);
  const request = { destination: to, target: '/', method: 'GET', headers: ['Host', 'h'] };
  return new Promise((resolve, reject) => {
    pool.start(
      { ...request, body: null, timeouts, ...asked },
      {
        until: Infinity,
        interim() {},
        onResponse: (_, body) => resolve(body),
        failed: reject as (error: TransportError) => void,
      },
      false,
    );
  });
}

const reached = (phase: ClientPhase) => until(() => way.at(-1) === phase, 5000, phase);

/** What happens to a connection, and the phases that it goes through by it, one after the other. */
const WALKS: readonly { readonly way: string; walk(): Promise<unknown> }[] = [
  {
    way: 'opening exchange idle check exchange idle over',
    async walk() {
      await ask();
      await ask();
      pool.destroy();
    },
  },
  {
    way: 'opening over',
    walk: () => ask({ destination: destination('http://127.0.0.1:1') }).catch(() => {}),
  },
  {
    way: 'exchange over',
    async walk() {
      response = '';
      const lost = ask().catch(() => {});
      await until(() => socket !== null, 5000, 'the request');
      socket!.resetAndDestroy();
      await lost;
    },
  },
  {
    way: 'exchange upgraded over',
    async walk() {
      response =
        'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
      const body = await ask({ upgrade: true });
      expect(body).toBeInstanceOf(UpgradedBody);
      body.cancel();
    },
  },
  {
    way: 'idle over',
    async walk() {
      await ask();
      socket!.destroy();
    },
  },
  {
    way: 'check over',
    async walk() {
      await ask();
      const lost = ask({ method: 'POST', body: new Uint8Array(1) }).catch(() => {});
      pool.destroy();
      await lost;
    },
  },
];

describe('a connection to a server', () => {
  it.each(WALKS)('goes by $way', async ({ way: expected, walk }) => {
    await walk();
    await reached('over');
    expect(` ${way.join(' ')} `).toContain(` ${expected} `);
  });

  it('has gone all ways that there are, and no other', () => {
    const legal = Object.entries(CLIENT_PHASES).flatMap(([from, next]) =>
      next.map((to) => `${from} > ${to}`),
    );
    expect([...seen].toSorted()).toEqual(legal.toSorted());
  });
});
