import { createServer, type Socket } from 'node:net';
import type { Client } from '../client-endings/scene.ts';

/** An upstream that acts only when the test calls its methods. */
export interface Upstream {
  readonly host: string;
  readonly port: number;
  /** All bytes received, over all connections. */
  got(): string;
  /** The connection that received bytes last. */
  last(): Socket;
  write(text: string): void;
  /** Number of connections accepted. */
  connections(): number;
  /** Whether the gateway has closed or half-closed the first connection. */
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
