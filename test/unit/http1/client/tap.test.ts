import type { Socket } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { destination } from '../../../../src/http/destination.ts';
import type { Outbound } from '../../../../src/http/messages.ts';
import { TransportError } from '../../../../src/http/transport.ts';
import { http1Forward, http1SendCopy } from '../../../../src/http1/client/call.ts';
import { createPool, type Pool } from '../../../../src/http1/client/pool.ts';
import { RelayedResponse } from '../../../../src/http1/relayed-response.ts';
import { heard } from '../../../support/heard.ts';
import { socketOrigin, type SocketOrigin } from '../../../support/socket-origin.ts';

let pool: Pool;
let server: SocketOrigin;
let respond: (socket: Socket) => void;
beforeEach(async () => {
  pool = createPool();
  server = await socketOrigin((socket) => {
    socket.on('data', () => respond(socket));
    respond(socket);
  });
});
afterEach(async () => {
  pool.destroy();
  await server.close();
});

function outbound(more: Partial<Outbound> = {}): Outbound {
  const timeouts = { connect: 5000, send: 5000, read: 5000 };
  return {
    destination: destination(`http://${server.node}`),
    target: '/',
    method: 'GET',
    headers: ['Host', 'h'],
    body: null,
    timeouts,
    ...more,
  };
}

const nobody = { inform() {} };

async function forwarded(tap = heard(), more: Partial<Outbound> = {}) {
  const reply = await http1Forward(pool)(outbound(more), nobody, tap).done;
  return reply as RelayedResponse;
}

async function readAll({ pipe }: RelayedResponse): Promise<string> {
  let text = '';
  for (let chunk = await pipe.read(); chunk !== null; chunk = await pipe.read())
    text += Buffer.from(chunk).toString('latin1');
  return text;
}

it('gets the head as it is passed on, the body, and the trailers', async () => {
  respond = (socket) =>
    socket.write(
      'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 201 Made\r\nX-One: 1\r\nConnection: x-two\r\n' +
        'X-Two: 2\r\nSet-Cookie: a\r\nSet-Cookie: b\r\nTransfer-Encoding: chunked\r\n\r\n' +
        '3\r\nabc\r\n2\r\nde\r\n0\r\nX-Sum: 5\r\n\r\n',
    );
  const tap = heard();
  expect(await readAll(await forwarded(tap))).toBe('abcde');
  expect(tap.heads).toEqual([[201, ['X-One', '1', 'Set-Cookie', 'a', 'Set-Cookie', 'b'], null]]);
  expect([tap.text, tap.ended]).toEqual(['abcde', [[true, ['X-Sum', '5']]]]);
});

it.each([
  ['HEAD', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n', 200],
  ['GET', 'HTTP/1.1 204 No Content\r\n\r\n', 204],
  ['GET', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 10\r\n\r\n', 304],
])('ends at once where there is no body: %s, %j', async (method, response, status) => {
  respond = (socket) => socket.write(response);
  const tap = heard();
  await forwarded(tap, { method });
  expect(tap.heads).toMatchObject([[status, {}, 0]]);
  expect([tap.text, tap.ended]).toEqual(['', [[true, null]]]);
});

it('hears of a switch of protocols, and of no bytes behind it', async () => {
  respond = (socket) =>
    socket.write('HTTP/1.1 101 S\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\nframes');
  const tap = heard();
  const { pipe } = await forwarded(tap, { upgrade: true });
  expect(tap.heads).toEqual([[101, [], null]]);
  expect([tap.text, tap.ended]).toEqual(['', [[false, null]]]);
  pipe.cancel();
});

it('is never called for a request that fails before a response', async () => {
  respond = (socket) => socket.end('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 2');
  const tap = heard();
  await expect(forwarded(tap)).rejects.toThrow(TransportError);
  const call = http1Forward(pool)(outbound(), nobody, tap);
  call.abort(new TransportError('timeout', 'enough'));
  await expect(call.done).rejects.toThrow('enough');
  respond = (socket) => socket.write('HTTP/1.1 101 S\r\nUpgrade: websocket\r\n\r\n');
  await expect(forwarded(tap)).rejects.toThrow('nobody asked for');
  expect([tap.heads, tap.ended]).toEqual([[], []]);
});

it('hears one response if the request is sent again on a new connection', async () => {
  const first: Socket[] = [];
  respond = (socket) => {
    first.push(socket);
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
  };
  await forwarded();
  respond = (socket) => {
    if (socket === first[0]) socket.destroy();
    else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nagain');
  };
  const tap = heard();
  await forwarded(tap);
  expect(tap.heads).toEqual([[200, ['Content-Length', '5'], 5]]);
  expect([tap.text, tap.ended]).toEqual(['again', [[true, null]]]);
});

const PART = 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\npart';

it.each<[how: string, cut: (socket: Socket, response: RelayedResponse) => void]>([
  ['the server breaks off', (socket) => socket.destroy()],
  ['the client leaves', (_, { pipe }) => pipe.cancel()],
  ['the pool closes', () => pool.destroy()],
])('hears once that the body was cut: %s', async (_, cut) => {
  let connection!: Socket;
  respond = (socket) => {
    connection = socket;
    socket.write(PART);
  };
  const tap = heard();
  const response = await forwarded(tap);
  cut(connection, response);
  await tap.over;
  response.pipe.cancel();
  expect([tap.text, tap.ended]).toEqual(['part', [[false, null]]]);
});

it('hears a timeout', async () => {
  respond = (socket) => socket.write(PART);
  const tap = heard();
  await forwarded(tap, { timeouts: { connect: 5000, send: 5000, read: 50 } });
  await tap.over;
  expect([tap.text, tap.ended]).toEqual(['part', [[false, null]]]);
});

const MIB = 1024 * 1024;

it.each([
  ['of known length', `HTTP/1.1 200 OK\r\nContent-Length: ${3 * MIB}\r\n\r\n`],
  ['until the connection closes', 'HTTP/1.1 200 OK\r\n\r\n'],
])('gets of a mirror as much as it wants: a long body %s', async (_, head) => {
  respond = (socket) => {
    socket.write(head);
    socket.end(Buffer.alloc(3 * MIB, 'x'));
  };
  const tap = heard(4 * MIB);
  const all = await http1SendCopy(pool)(outbound(), 5000, tap).done;
  expect(all.status).toBe(200);
  expect([tap.size, tap.ended]).toEqual([3 * MIB, [[true, null]]]);
  const little = heard(10);
  const cut = await http1SendCopy(pool)(outbound(), 5000, little).done;
  expect([cut.connection, little.ended]).toEqual(['cut', [[false, null]]]);
  expect(little.size).toBeLessThan(MIB);
});

it('hears that the time of a copy is over', async () => {
  respond = (socket) => socket.write(PART);
  const tap = heard();
  const { status } = await http1SendCopy(pool)(outbound(), 100, tap).done;
  expect([status, tap.text, tap.ended]).toEqual([200, 'part', [[false, null]]]);
});

it('keeps the connection of a copy whose body it got', async () => {
  respond = (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody');
  const tap = heard();
  const { connection } = await http1SendCopy(pool)(outbound(), 5000, tap).done;
  expect([connection, tap.text, tap.ended]).toEqual(['kept', 'body', [[true, null]]]);
});
