import type { Socket } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { destination } from '../../../../src/http/destination.ts';
import type { Outbound } from '../../../../src/http/messages.ts';
import type { BodyPipe } from '../../../../src/http1/body-pipe.ts';
import { createPool, type Pool } from '../../../../src/http1/client/pool.ts';
import { socketOrigin, type SocketOrigin } from '../../../support/socket-origin.ts';

let pool: Pool;
let server: SocketOrigin;
let connections: Set<Socket>;
let respond: (socket: Socket) => void;
beforeEach(async () => {
  pool = createPool();
  connections = new Set();
  server = await socketOrigin((socket) => {
    connections.add(socket);
    socket.on('data', () => respond(socket));
    respond(socket);
  });
});
afterEach(async () => {
  pool.destroy();
  await server.close();
});

/** Asks, and resolves with the body, of which nothing is read yet. */
function ask(): Promise<BodyPipe> {
  const timeouts = { connect: 5000, send: 5000, read: 5000 };
  const request: Outbound = {
    destination: destination(`http://${server.node}`),
    target: '/',
    method: 'GET',
    headers: ['Host', 'h'],
    body: null,
    timeouts,
  };
  return new Promise((resolve, reject) => {
    const listener = { until: Infinity, interim() {}, failed: reject };
    pool.start(request, { ...listener, onResponse: (_, body) => resolve(body) }, false);
  });
}

async function sizeOf(body: BodyPipe): Promise<number> {
  let size = 0;
  for (let chunk = await body.read(); chunk !== null; chunk = await body.read())
    size += chunk.byteLength;
  return size;
}

it('does not hold the next answer back for a reader who has not got the last one', async () => {
  // Beyond what may wait for a reader only with the last read of it.
  const large = 256 * 1024;
  respond = (socket) => {
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${large}\r\n\r\n`);
    socket.write(Buffer.alloc(large));
  };
  const waiting = await ask();
  if (!waiting.complete) await new Promise<void>((over) => (waiting.onOver = over));
  respond = (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnext');
  expect(await sizeOf(await ask())).toBe(4);
  expect(connections.size).toBe(1);
  expect(await sizeOf(waiting)).toBe(large);
});
