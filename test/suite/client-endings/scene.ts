import { connect, createServer, type Socket } from 'node:net';
import { declaredFraming, NO_BODY, readMessage } from '../wire/message.ts';

/** A client that writes arbitrary bytes, and can half-close and read on. */
export interface Client {
  readonly socket: Socket;
  write(text: string): void;
  /** All bytes received. */
  got(): string;
  /** True once the gateway has half-closed, closed or reset the connection. */
  closed(): boolean;
}

export function openClient(port: number): Client {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  let got = '';
  let closed = false;
  socket.setEncoding('latin1').on('data', (text: string) => (got += text));
  for (const event of ['end', 'close'] as const) socket.on(event, () => (closed = true));
  socket.on('error', () => {});
  return {
    socket,
    write: (text) => void socket.write(text, 'latin1'),
    got: () => got,
    closed: () => closed,
  };
}

/** An upstream that responds when the test calls `send`. */
export interface Upstream {
  readonly node: string;
  /** All bytes received, over all connections. */
  got(): string;
  /** Writes on the connection that received bytes last. */
  send(text: string): void;
  /** The requests of each connection, and whether the gateway gave up the connection early. */
  saw(): string;
  close(): Promise<void>;
}

/** A client, the gateway, and an upstream. */
export interface Scene {
  readonly client: Client;
  readonly upstream: Upstream;
}

/** A connection that the gateway opened. */
interface Line {
  readonly socket: Socket;
  got: string;
  sent: string;
  state: 'open' | 'half closed' | 'closed' | 'broken off';
}

export async function openUpstream(): Promise<Upstream> {
  const lines: Line[] = [];
  let last: Line | undefined;
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const line: Line = { socket, got: '', sent: '', state: 'open' };
    lines.push(line);
    socket.setEncoding('latin1').on('data', (text: string) => {
      line.got += text;
      last = line;
    });
    socket.on('end', () => (line.state = 'half closed')).on('error', () => {});
    socket.on('close', (broken) => (line.state = broken ? 'broken off' : 'closed'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    node: `127.0.0.1:${(server.address() as { port: number }).port}`,
    got: () => lines.map(({ got }) => got).join(''),
    send(text) {
      last!.sent += text;
      last!.socket.write(text, 'latin1');
    },
    saw: () =>
      lines
        .filter(({ got }) => got !== '')
        .map(sawBy)
        .join(', ') || 'nothing',
    close() {
      for (const { socket } of lines) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function sawBy({ got, sent, state }: Line): string {
  if (/^\S+ 101/.test(sent)) return `a tunnel, ${state}`;
  const asked = messagesIn(got);
  const complete = messagesIn(sent).filter(({ isComplete }) => isComplete);
  const requests = asked.map(({ isComplete }) =>
    isComplete ? 'a whole request' : 'a part of a request',
  );
  // A connection that closes after its last response was not given up.
  const over = state !== 'broken off' && complete.length === asked.length;
  if (state === 'open' || over) return requests.join(', ');
  return `${requests.join(', ')}, then left`;
}

/** Splits bytes into consecutive messages; the last one may be incomplete. */
export function messagesIn(
  bytes: string,
): { readonly status: string; readonly body: string; readonly isComplete: boolean }[] {
  const message = readMessage(bytes, (_, fields) => declaredFraming(fields) ?? NO_BODY);
  if (message === null) return bytes === '' ? [] : [{ status: '', body: '', isComplete: false }];
  const { line, body, isComplete, rest } = message;
  return [{ status: line.split(' ')[1]!, body, isComplete }, ...messagesIn(rest)];
}
