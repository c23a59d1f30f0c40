import { createServer, type Socket } from 'node:net';
import type { WireResponse } from './case.ts';
import { declaredFraming, isCalled, type Message, NO_BODY, readMessage } from './message.ts';

/** The field by which the upstream recognises an exchange; it is not recorded. */
export const LABEL = 'X-Wire';

/** An upstream that sends prescribed bytes and keeps the requests. */
export interface RecordingUpstream {
  readonly port: number;
  readonly node: string;
  /** Prescribes the response to a request with this label. */
  expect(label: string, response: WireResponse): Expected;
  close(): Promise<void>;
}

export interface Expected {
  /** Requests that carried the label. */
  readonly seen: readonly Message[];
  /** Breaks off a response with `cutAfter`. */
  cut(): void;
}

export async function recordingUpstream(): Promise<RecordingUpstream> {
  const open = new Set<Socket>();
  const expected = new Map<string, { response: WireResponse; seen: Message[]; cut: () => void }>();

  const server = createServer((socket) => {
    let bytes = '';
    open.add(socket);
    socket.setNoDelay(true).setEncoding('latin1');
    socket.on('error', () => {});
    socket.on('close', () => open.delete(socket));
    socket.on('data', (part: string) => {
      bytes += part;
      const message = readRequest(bytes);
      if (message?.isComplete !== true) return;
      bytes = message.rest;
      void reply(socket, message);
    });
  });

  async function reply(socket: Socket, message: Message): Promise<void> {
    const label = message.fields.find((field) => isCalled(field, LABEL.toLowerCase()));
    const exchange = expected.get(label?.value ?? '');
    if (exchange === undefined) return void socket.destroy();
    exchange.seen.push({ ...message, fields: message.fields.filter((field) => field !== label) });
    exchange.cut = () => socket.destroy();
    for (const segment of exchange.response.segments) {
      socket.write(segment, 'latin1');
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (exchange.response.ends === 'closed') socket.end();
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return {
    port,
    node: `127.0.0.1:${port}`,
    expect(label, response) {
      const exchange = { response, seen: [], cut() {} };
      expected.set(label, exchange);
      return { seen: exchange.seen, cut: () => exchange.cut() };
    },
    close() {
      for (const socket of open) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** A request without a length has no body (RFC 9112 section 6.3). */
function readRequest(bytes: string): Message | null {
  return readMessage(bytes, (_, fields) => declaredFraming(fields) ?? NO_BODY);
}
