import type { Poll } from './fence.ts';
import { once, on } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

const LOOPBACK = '127.0.0.1';

const RING = new Uint8Array(1);

/** Rounds of immediates after which Deno has polled its sockets: it does so after 61 at the latest. */
const MAX_ROUNDS = 64;

/**
 * Polls all sockets on Deno, which runs up to 61 rounds of immediates, and timers that are due, before it asks the
 * system for ready sockets. So a byte is sent over a connection from this process to itself: the system reports sockets
 * in the order in which they became ready, so this one comes after all that were ready before.
 *
 * @param mayListen whether the process may listen on this address. If not, each poll runs `MAX_ROUNDS` rounds of
 * immediates, which costs some hundred microseconds
 */
export function doorbell(mayListen: (hostname: string) => boolean): Poll {
  /** The near end of the connection; `null` while there is none. */
  let bell: Socket | null = null;
  let polled: (() => void) | null = null;

  function rung(): void {
    const callback = polled;
    polled = null;
    callback?.();
  }
  function broken(): void {
    bell = null;
    rounds(MAX_ROUNDS, rung);
  }
  return (callback) => {
    polled = callback;
    if (bell !== null) bell.write(RING);
    else if (mayListen(LOOPBACK)) hang().then(ring, broken);
    else broken();
  };

  function ring([near, far]: Ends): void {
    bell = near;
    for (const socket of [near, far]) socket.once('close', broken).unref();
    // Deno may read this socket before others that were ready earlier, but reads all of them in the same round.
    far.on('data', () => setImmediate(rung));
    near.write(RING);
  }
}

type Ends = readonly [near: Socket, far: Socket];

/** Opens a connection from this process to itself. */
async function hang(): Promise<Ends> {
  // `node:cluster` would share the port, and hand the connection to another process.
  const server = createServer().listen({ port: 0, host: LOOPBACK, exclusive: true });
  try {
    await once(server, 'listening');
    const arrivals = on(server, 'connection');
    const near = connect((server.address() as AddressInfo).port, LOOPBACK).setNoDelay(true);
    near.on('error', () => {});
    await once(near, 'connect');
    for await (const [far] of arrivals as AsyncIterable<[Socket]>) {
      far.on('error', () => {});
      if (far.remotePort === near.localPort) return [near, far];
      // Another process connected to the port.
      far.destroy();
    }
    throw new Error('the server was closed');
  } finally {
    server.close();
  }
}

function rounds(left: number, done: () => void): void {
  if (left === 0) done();
  else setImmediate(rounds, left - 1, done);
}
