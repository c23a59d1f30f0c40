import { createServer, type Socket } from 'node:net';
import type { Client } from '../client-endings/scene.ts';

/** An upstream that does what it is told to, when it is told. */
export interface Upstream {
  readonly host: string;
  readonly port: number;
  /** All that came, by whatever connections. */
  got(): string;
  /** The connection by which something came last. */
  last(): Socket;
  write(text: string): void;
  /** Connections that came. */
  connections(): number;
  /** Whether the gateway has left the first of them, or holds it still. */
  left(): boolean;
  close(): Promise<void>;
}

/** A client, the gateway, and an upstream. */
export interface Scene {
  readonly client: Client;
  readonly upstream: Upstream;
}

export async function openUpstream(): Promise<Upstream> {
  const sockets: Socket[] = [];
  const left = new Set<Socket>();
  let got = '';
  let last: Socket | undefined;
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.push(socket);
    socket.setEncoding('latin1').on('data', (text: string) => {
      got += text;
      last = socket;
    });
    socket.on('error', () => {});
    for (const event of ['end', 'close']) socket.on(event, () => left.add(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    host: '127.0.0.1',
    port: (server.address() as { port: number }).port,
    got: () => got,
    last: () => last!,
    write: (text) => void last!.write(text, 'latin1'),
    connections: () => sockets.length,
    left: () => left.has(sockets[0]!),
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
