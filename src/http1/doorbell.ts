import { once, on } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { Poll } from './turns.ts';

const LOOPBACK = '127.0.0.1';

const RING = new Uint8Array(1);

/** Rounds of immediates after which Deno has looked at its sockets: it does so after 61 at the latest. */
const ROUNDS = 64;

/**
 * Has all sockets looked at where a turn of the event loop does not: Deno runs up to 61 rounds of
 * immediates before it asks the system what has come in, and a timer that is due without asking. So a
 * byte is sent over a connection to ourselves: the system tells of sockets in the order in which they
 * became ready, and of this one behind all that were ready before.
 *
 * @param mayListen whether the process may have such a connection. Where it may not, all those rounds are run,
 * which costs some hundred microseconds each time
 */
export function doorbell(mayListen: (hostname: string) => boolean): Poll {
  /** Where to ring. */
  let bell: Socket | null = null;
  let polled: (() => void) | null = null;

  function rung(): void {
    const told = polled;
    polled = null;
    told?.();
  }
  function broken(): void {
    bell = null;
    rounds(ROUNDS, rung);
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
    // It may be read before others that were ready earlier, but in the same round.
    far.on('data', () => setImmediate(rung));
    near.write(RING);
  }
}

type Ends = readonly [near: Socket, far: Socket];

/** Both ends of a connection to ourselves. */
async function hang(): Promise<Ends> {
  const server = createServer().listen(0, LOOPBACK);
  try {
    await once(server, 'listening');
    const arrivals = on(server, 'connection');
    const near = connect((server.address() as AddressInfo).port, LOOPBACK).setNoDelay(true);
    near.on('error', () => {});
    await once(near, 'connect');
    for await (const [far] of arrivals as AsyncIterable<[Socket]>) {
      far.on('error', () => {});
      if (far.remotePort === near.localPort) return [near, far];
      // Somebody else found the port.
      far.destroy();
    }
    throw new Error('the server was closed');
  } finally {
    server.close();
  }
}

function rounds(left: number, over: () => void): void {
  if (left === 0) over();
  else setImmediate(rounds, left - 1, over);
}
