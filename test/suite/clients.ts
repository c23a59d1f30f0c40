import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { GatewayProcess, TestServerRuntime } from '../runtimes/runtime.ts';
import { open, send } from '../support/client.ts';
import { logged } from '../support/log.ts';
import { type Respond, origin, type Origin, route } from '../support/origin.ts';
import { until } from '../support/until.ts';
import { refusal } from './strictness/conversation.ts';

const LIMIT_MS = 20_000;

/** A gateway with its own settings, in front of an upstream that responds as the current test says. */
function setting(runtime: TestServerRuntime, env: Readonly<Record<string, string>>) {
  let gateway: GatewayProcess;
  let upstream: Origin;
  const sockets: Socket[] = [];
  const scene = {
    respond: ((_, response) => response.end('.')) as Respond,
    get gateway() {
      return gateway;
    },
    /** Opens a connection and collects all that comes back; reads nothing when `paused`. */
    talk(text: string, { paused = false } = {}) {
      const socket = connect(gateway.port, '127.0.0.1');
      sockets.push(socket);
      let seen = '';
      let ended = false;
      socket.on('error', () => (ended = true));
      socket.on('close', () => (ended = true));
      if (!paused) socket.setEncoding('latin1').on('data', (part) => (seen += part));
      socket.write(text);
      return { socket, seen: () => seen, ended: () => ended };
    },
  };
  beforeAll(async () => {
    upstream = await origin((request, response) => scene.respond(request, response));
    gateway = await runtime.start({ routes: [{ ...route(upstream), id: '1' }], env });
  });
  afterEach(async () => {
    scene.respond = (_, response) => response.end('.');
    // Waits until the gateway has closed, too, so that it does not count these connections any more.
    await Promise.all(sockets.splice(0).map(left));
  });
  afterAll(() => Promise.all([gateway.stop(), upstream.close()]));
  return scene;
}

function left(socket: Socket): Promise<unknown> | undefined {
  if (socket.closed) return undefined;
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.resume().end();
  return closed;
}

const get = (target: string) => `GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`;

/** How much of the gateway's time and connections clients can take. */
export function clients(runtime: TestServerRuntime): void {
  describe('CLIENT_TIMEOUT', () => {
    const scene = setting(runtime, { CLIENT_TIMEOUT: '2' });

    it.each([
      ['a head', 'GET / HTTP/1.1\r\nHost: a\r\n'],
      ['a body', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf'],
    ])('%s that stalls gets 408', async (_, text) => {
      const { seen, ended } = scene.talk(text);
      await until(ended, LIMIT_MS, 'the end');
      expect(seen()).toMatch(refusal(408));
    });

    it('a client that reads nothing of its response is closed, and the upstream is released', async () => {
      let released = false;
      const part = Buffer.alloc(65_536);
      scene.respond = (_, response) => {
        const write = () => {
          for (let more = true; more;) more = response.write(part);
        };
        response.once('close', () => (released = true)).on('drain', write);
        write();
      };
      const { socket, ended } = scene.talk(get('/endless'), { paused: true });
      await until(() => released, LIMIT_MS, 'the upstream to be released');
      socket.resume();
      await until(ended, LIMIT_MS, 'the end of its connection');
      expect(ended()).toBe(true);
    });

    it('a client that reads slowly gets the complete response', async () => {
      const size = 60 << 20;
      scene.respond = (_, response) => response.end(Buffer.alloc(size));
      const began = performance.now();
      let got = 0;
      const message = await open(scene.gateway.url, '/slow', { agent: false });
      message.on('data', (part: Buffer) => {
        const before = got;
        got += part.length;
        if (before >> 20 === got >> 20) return;
        message.pause();
        // Sixty pauses: together longer than CLIENT_TIMEOUT, each far shorter.
        setTimeout(() => message.resume(), 50);
      });
      await once(message, 'end');
      expect([message.complete, got]).toEqual([true, size]);
      expect(performance.now() - began).toBeGreaterThan(2500);
    });

    it('does not count while the client waits for the upstream', async () => {
      // Longer than CLIENT_TIMEOUT; a slower machine only makes the pauses longer.
      scene.respond = (_, response) => {
        setTimeout(() => response.write('late, '), 2500);
        setTimeout(() => response.end('later'), 5000);
      };
      expect((await send(scene.gateway.url, '/late')).body.toString()).toBe('late, later');
    });
  });

  describe('MAX_CONNECTIONS', () => {
    const scene = setting(runtime, { MAX_CONNECTIONS: '4' });
    const ok = /^HTTP\/1\.1 200 [^]*\.$/;

    it.each([
      ['are idle', get('/kept'), ok],
      ['never sent anything', '', /^$/],
      // The first response shows that the gateway is reading the head behind it.
      ['never complete their heads', `${get('/kept')}GET / HTTP/1.1\r\nX: `, ok],
    ])(
      'clients that %s are closed to make room, the longest idle first',
      async (_, text, before) => {
        const waiting: ReturnType<typeof scene.talk>[] = [];
        for (let i = 0; i < 4; i++) {
          const one = scene.talk(text);
          await once(one.socket, 'connect');
          await until(() => before.test(one.seen()), LIMIT_MS, 'its response');
          waiting.push(one);
        }
        // At first none of the four may be closed, as a request may be on its way: this client gets 503 until one is.
        const free = async () =>
          (await send(scene.gateway.url, '/free', { agent: false })).status === 200;
        await until(free, LIMIT_MS, 'one to make room');
        // The fifth connection, which stays open.
        const further = scene.talk('');
        for (let i = 1; i <= 3; i++) {
          further.socket.write(get('/new'));
          const responses = () => further.seen().split('HTTP/1.1 200 ').length - 1;
          await until(() => responses() === i, LIMIT_MS, 'its response');
        }
        await until(() => waiting[0]!.ended(), LIMIT_MS, 'the first to make room');
        expect(waiting.map(({ ended }) => ended())).toEqual([true, false, false, false]);
      },
    );

    it('where all are busy, a further client gets 503 until one is free', async () => {
      const held: (() => void)[] = [];
      scene.respond = (_, response) => held.push(() => response.end('.'));
      const busy = [1, 2, 3, 4].map((i) => scene.talk(get(`/busy/${i}`)));
      await until(() => held.length === 4, LIMIT_MS, 'all to be busy');
      for (let i = 0; i < 3; i++) {
        const further = scene.talk(get('/further'));
        await until(further.ended, LIMIT_MS, 'its end');
        expect(further.seen()).toMatch(refusal(503));
      }
      const warnings = logged(scene.gateway.program).filter(({ level }) => level === 'WARN');
      expect(warnings[0]).toMatchObject({ properties: { maxConnections: 4, suppressed: 0 } });
      held.shift()!();
      await until(() => busy.some(({ seen }) => ok.test(seen())), LIMIT_MS, 'one response');
      scene.respond = (_, response) => response.end('free');
      expect((await send(scene.gateway.url, '/free')).body.toString()).toBe('free');
      for (const release of held) release();
      await until(
        () => busy.filter(({ seen }) => ok.test(seen())).length >= 3,
        LIMIT_MS,
        'the others',
      );
    });
  });
}
