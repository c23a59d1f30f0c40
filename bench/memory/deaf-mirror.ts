import { createServer, type Socket } from 'node:net';

/** A mirror that accepts connections and never reads from them. */
export interface DeafMirror {
  readonly url: string;
  close(): void;
}

export async function deafMirror(): Promise<DeafMirror> {
  const sockets = new Set<Socket>();
  const server = createServer({ pauseOnConnect: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', 4096, resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as { port: number }).port}`,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
