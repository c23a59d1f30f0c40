import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

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

/** Time for the other end to process bytes that it has read from the system. */
const READ_MS = 500;

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n';

/** Sends the beginning of a response. */
function begin(socket: Socket, sent?: () => void): void {
  socket.write(`${HEAD}Content-Length: 1000\r\n\r\nten bytes.`, sent);
}

/**
 * Sends the beginning of a response, and resets the connection once the other end has read it: a reset
 * discards bytes that are still unread.
 */
export function resettingOnceRead(): Misbehaviour {
  const waiting = new Set<Socket>();
  return (socket) =>
    begin(socket, () => {
      if (waiting.size === 0) void resetOnceRead(waiting);
      waiting.add(socket);
    });
}

async function resetOnceRead(waiting: Set<Socket>): Promise<void> {
  do {
    const before = [...waiting];
    const unread = unreadPorts();
    // Some runtimes need a moment between reading from the system and the gateway's code.
    await sleep(READ_MS);
    for (const socket of before) {
      if (unread?.has(socket.remotePort!)) continue;
      waiting.delete(socket);
      socket.resetAndDestroy();
    }
  } while (waiting.size > 0);
}

/** Local ports of TCP sockets with unread bytes (proc_net_tcp(5)), or `null` on systems other than Linux. */
function unreadPorts(): ReadonlySet<number> | null {
  if (process.platform !== 'linux') return null;
  const rows = ['tcp', 'tcp6'].flatMap((table) =>
    existsSync(`/proc/net/${table}`)
      ? readFileSync(`/proc/net/${table}`, 'latin1').split('\n').slice(1)
      : [],
  );
  // Slot, local and remote address, state, then the bytes in the two queues, in hexadecimal digits.
  const row = /^\s*\d+: \w+:(\w+) \w+:\w+ \w+ \w+:(\w+)/;
  return new Set(
    rows.flatMap((text) => {
      const [, port = '', queue = '0'] = row.exec(text) ?? [];
      return Number.parseInt(queue, 16) > 0 ? [Number.parseInt(port, 16)] : [];
    }),
  );
}

/** Misbehaviours of a bad mirror. */
export const MISBEHAVIOURS = {
  silent: () => {},
  closing: (socket) => void socket.end(),
  garbage: (socket) => void socket.end('\x16\x03\x01 this is not HTTP \xff\xfe\r\n\r\n', 'latin1'),
  resetting(socket) {
    begin(socket);
    setTimeout(() => socket.resetAndDestroy(), 50);
  },
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
