import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import type { Reply } from '../../../../src/http/messages.ts';
import { type ListenerTraits, serveApp } from '../../../../src/runtime/sockets/serve.ts';
import type { FetchApp, Listening, ListenOptions } from '../../../../src/runtime/server.ts';
import { until } from '../../../support/until.ts';

/** A listener with an app of the test's own. Ends with the test. */
export async function gate(
  answer: (request: Request) => Reply | Promise<Reply>,
  limits: Pick<ListenOptions, 'maxConnections' | 'onCrowded'> = {},
  traits: ListenerTraits = {},
): Promise<Listening> {
  const app = { fetch: answer as FetchApp['fetch'], waitUntil() {} };
  const listening = await serveApp({ app, hostname: '127.0.0.1', port: 0, ...limits }, traits);
  onTestFinished(() => listening.kill());
  return listening;
}

/** The client's side of a connection, byte for byte. */
export interface Client {
  readonly socket: Socket;
  /** All that came so far. */
  readonly text: () => string;
  /** True once the server closed its side. */
  readonly ended: () => boolean;
  write(text: string): void;
  /** Waits for a text to come. */
  sees(text: string): Promise<void>;
}

export function client({ port }: Listening): Client {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  let text = '';
  let ended = false;
  socket.setEncoding('latin1');
  socket.on('data', (part: string) => (text += part));
  socket.on('error', () => (ended = true));
  socket.once('end', () => (ended = true));
  onTestFinished(() => void socket.destroy());
  return {
    socket,
    text: () => text,
    ended: () => ended,
    write: (bytes) => void socket.write(bytes, 'latin1'),
    sees: (expected) => until(() => text.includes(expected), 20_000, expected),
  };
}
