import { createServer, type Socket } from 'node:net';

/** A TCP server on a loopback port, for responses that an HTTP server would not send. */
export interface SocketOrigin {
  readonly node: string;
  /** Number of connections that sent a request head. */
  readonly requests: () => number;
  close(): Promise<void>;
}

/** @param onHead called once a request head has arrived on a connection, with all bytes so far */
export async function socketOrigin(
  onHead: (socket: Socket, text: string) => void,
): Promise<SocketOrigin> {
  const open = new Set<Socket>();
  let requests = 0;
  const server = createServer((socket) => {
    open.add(socket);
    let text = '';
    socket.setEncoding('latin1');
    socket.on('error', () => {});
    socket.on('close', () => open.delete(socket));
    socket.on('data', (part: string) => {
      const before = text.includes('\r\n\r\n');
      text += part;
      if (before || !text.includes('\r\n\r\n')) return;
      requests += 1;
      onHead(socket, text);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return {
    node: `127.0.0.1:${port}`,
    requests: () => requests,
    close() {
      for (const socket of open) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
