import { connect, type Socket } from 'node:net';
import { line, run } from './process.ts';

/** A port that neither accepts nor refuses connections, like a machine that is gone. */
export interface UnansweredPort {
  /** `127.0.0.1:port`, as an upstream's node. */
  readonly node: string;
  readonly port: number;
  /** From now on accepts the waiting connections, when their systems retry, and responds to all data with 200. */
  accept(): void;
  close(): Promise<void>;
}

/**
 * A server that does not accept until it reads a byte. Once its backlog is full, the system drops further SYN
 * segments.
 */
const SERVER = `
  const [host, port] = process.argv.slice(1);
  const response = 'HTTP/1.1 200 OK\\r\\nContent-Length: 4\\r\\n\\r\\nlate';
  const server = require('node:net').createServer((socket) =>
    socket.on('error', () => {}).on('data', () => socket.write(response)));
  server.listen({ port: Number(port), host, backlog: 1 }, () => {
    console.log('port ' + server.address().port);
    require('node:fs').readSync(0, Buffer.alloc(1));
  });
`;

/** Milliseconds in which loopback would have connected, also on a busy machine. */
const NO_ANSWER_MS = 500;

/** @param options where to listen. Default: any free port of 127.0.0.1 */
export async function unansweredPort(
  options: { readonly host?: string; readonly port?: number } = {},
): Promise<UnansweredPort> {
  const { host = '127.0.0.1' } = options;
  const args = ['-e', SERVER, '--', host, String(options.port ?? 0)];
  const program = run(process.execPath, args, { stdin: 'pipe' });
  const port = Number((await line(program, /^port (\d+)$/m))[1]);
  const filling: Socket[] = [];
  while (await connects(host, port, filling));
  return {
    node: `${host}:${port}`,
    port,
    accept: () => void program.child.stdin!.write('.'),
    async close() {
      for (const socket of filling) socket.destroy();
      program.signal('SIGKILL');
      await program.exited;
    },
  };
}

function connects(host: string, port: number, filling: Socket[]): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host, () => resolve(true));
    socket.on('error', () => {});
    filling.push(socket);
    // The turn after the timer reports connections that were made while this process was busy.
    setTimeout(() => setImmediate(() => setImmediate(resolve, false)), NO_ANSWER_MS);
  });
}
