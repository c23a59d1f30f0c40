import { createServer, type Server, type Socket } from 'node:net';

/** A server that misbehaves below HTTP. */
export interface BadOrigin {
  readonly url: string;
  close(): Promise<void>;
}

/** Called for each connection that has sent a request head. */
export type Misbehaviour = (socket: Socket) => void;

export async function badOrigin(misbehave: Misbehaviour): Promise<BadOrigin> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    socket.once('data', () => misbehave(socket));
    socket.resume();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', 4096, resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as { port: number }).port}`,
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n';

/**
 * Answers, and resets the connection in the middle of that.
 *
 * @param milliseconds after its first bytes: a reset overtakes what the other side has not read yet
 */
export function resettingAfter(milliseconds: number): Misbehaviour {
  return (socket) => {
    socket.write(`${HEAD}Content-Length: 1000\r\n\r\nten bytes.`);
    setTimeout(() => socket.resetAndDestroy(), milliseconds);
  };
}

/** Each way to be a bad mirror that takes a socket of its own. */
export const MISBEHAVIOURS = {
  silent: () => {},
  closing: (socket) => void socket.end(),
  garbage: (socket) => void socket.end('\x16\x03\x01 this is not HTTP \xff\xfe\r\n\r\n', 'latin1'),
  resetting: resettingAfter(50),
  dripping(socket) {
    socket.write(`${HEAD}Content-Length: 1000\r\n\r\n`);
    const drip = setInterval(() => socket.write('.'), 1000);
    socket.on('close', () => clearInterval(drip));
  },
  endless(socket) {
    const block = Buffer.alloc(16_384, '.');
    socket.write(`${HEAD}Connection: close\r\n\r\n`);
    const pour = () => {
      while (!socket.destroyed && socket.write(block));
    };
    socket.on('drain', pour);
    pour();
  },
} as const satisfies Record<string, Misbehaviour>;
