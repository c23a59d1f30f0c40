import { connect, type Socket } from 'node:net';
import { line, run } from './process.ts';

/** A port at which nobody is told whether a connection can be had: as of a machine that is gone. */
export interface UnansweredPort {
  /** `127.0.0.1:port`, as an upstream's node. */
  readonly node: string;
  close(): Promise<void>;
}

/** A server that never accepts. Once its backlog is full, the system drops what would open a connection. */
const SERVER = `
  const server = require('node:net').createServer();
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    console.log('port ' + server.address().port);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });
`;

/** Milliseconds in which loopback would have answered, on a busy machine as well. */
const NO_ANSWER = 500;

export async function unansweredPort(): Promise<UnansweredPort> {
  const program = run(process.execPath, ['-e', SERVER]);
  const port = Number((await line(program, /^port (\d+)$/m))[1]);
  const filling: Socket[] = [];
  while (await connects(port, filling));
  return {
    node: `127.0.0.1:${port}`,
    async close() {
      for (const socket of filling) socket.destroy();
      program.signal('SIGKILL');
      await program.exited;
    },
  };
}

function connects(port: number, filling: Socket[]): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true));
    socket.on('error', () => {});
    filling.push(socket);
    setTimeout(() => resolve(false), NO_ANSWER);
  });
}
