import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  request as httpRequest,
  type Server,
  type ServerResponse,
} from 'node:http';
import { connect } from 'node:net';
import { afterEach, beforeAll, afterAll, expect, it } from 'vitest';
import type { GatewayProcess, TestRuntime } from '../runtimes/runtime.ts';
import { open } from '../support/client.ts';
import { until } from '../support/until.ts';
import { can } from './platform.ts';
import { declaredFraming, NO_BODY, readMessage } from './wire/message.ts';

const PIECE = randomBytes(1 << 20);
const PIECES = 96;
const SIZE = PIECES * PIECE.length;

/** The most that socket buffers on the way may hold: 10 MB here, more where they are larger. */
const BUFFERED_BYTES = 40 << 20;

const WHOLE = (() => {
  const hash = createHash('sha256');
  for (let i = 0; i < PIECES; i++) hash.update(PIECE);
  return hash.digest('hex');
})();

/**
 * Waits until a number has not changed for half a second. On a slow machine it may seem at rest too early: then it is
 * smaller, and the upper limit that is asserted still holds.
 */
async function atRest(read: () => number): Promise<number> {
  let last = -1;
  let since = 0;
  await until(
    () => {
      if (read() !== last || last === 0) [last, since] = [read(), performance.now()];
      return performance.now() - since > 500;
    },
    20_000,
    'the number to stop changing',
  );
  return last;
}

/** Leaves no listener behind: it is called for each piece of a response. */
function drainedOrClosed(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.on('drain', done).on('close', done);
  });
}

/** Bodies of any size pass at the pace of the slower side, and are never buffered as a whole. */
export function flow(runtime: TestRuntime): void {
  let gateway: GatewayProcess;
  const servers: Server[] = [];
  beforeAll(async () => void (gateway = await runtime.start()));
  afterEach(() =>
    servers.splice(0).forEach((server) => (server.closeAllConnections(), server.close())),
  );
  afterAll(() => gateway.stop());

  async function upstream(server: Server, more: object = {}): Promise<void> {
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const nodes = { [`127.0.0.1:${port}`]: 1 };
    await gateway.put('flow', { uri: '/*', upstream: { nodes }, ...more });
  }

  it('a response waits in the upstream while the client does not read', async () => {
    let taken = () => 0;
    await upstream(
      createServer(async (_, response) => {
        const { socket } = response;
        taken = () => socket!.bytesWritten - socket!.writableLength;
        for (let i = 0; i < PIECES; i++) if (!response.write(PIECE)) await once(response, 'drain');
        response.end();
      }),
    );
    const message = await open(gateway.url, '/large', { agent: false });
    expect(await atRest(() => taken())).toBeLessThan(BUFFERED_BYTES);
    const hash = createHash('sha256');
    for await (const part of message) hash.update(part as Buffer);
    expect(hash.digest('hex')).toBe(WHOLE);
  });

  it('concurrent responses that pause and break off are not mixed up', async () => {
    const numbers = Array.from({ length: 9 }, (_, number) => number);
    const pieces = numbers.map((number) => Buffer.alloc(3 << 18, `${number}..`));
    const size = 28 * (3 << 18);
    await upstream(
      createServer(async (request, response) => {
        const number = Number(request.url!.slice(1));
        // Half of them are chunked.
        if (number % 2 === 0) response.setHeader('content-length', size);
        for (let sent = 0; sent < size && !response.destroyed; sent += 3 << 18)
          if (!response.write(pieces[number])) await drainedOrClosed(response);
        response.end();
      }),
    );
    const messages = await Promise.all(
      numbers.map((number) => open(gateway.url, `/${number}`, { agent: false })),
    );
    const arrives = async (number: number) => {
      let bytes = 0;
      let wrong = 0;
      for await (const part of messages[number]! as AsyncIterable<Buffer>) {
        const at = bytes % 3;
        if (!part.equals(pieces[number]!.subarray(at, at + part.length))) wrong += 1;
        bytes += part.length;
      }
      return { bytes, wrong };
    };
    // A third of the clients leaves in the middle, a third reads, and the last third waits until the others are done.
    const [leave, read, wait] = [0, 1, 2].map((kind) => numbers.filter((n) => n % 3 === kind));
    for (const number of leave!) messages[number]!.once('data', () => messages[number]!.destroy());
    const arrived = await Promise.all(read!.map(arrives));
    arrived.push(...(await Promise.all(wait!.map(arrives))));
    expect(arrived).toEqual(arrived.map(() => ({ bytes: size, wrong: 0 })));
  });

  it('a body waits in the client while the upstream does not read', async () => {
    let read!: () => void;
    const reading = new Promise<void>((resolve) => (read = resolve));
    await upstream(
      createServer(async (request, response) => {
        await reading;
        const hash = createHash('sha256');
        for await (const part of request) hash.update(part as Buffer);
        response.end(hash.digest('hex'));
      }),
    );
    const { port } = gateway;
    const request = httpRequest({ port, path: '/large', method: 'POST', agent: false });
    request.setHeader('content-length', SIZE);
    const responded = once(request, 'response');
    responded.catch(() => {});
    const sending = (async () => {
      for (let i = 0; i < PIECES; i++) if (!request.write(PIECE)) await once(request, 'drain');
      request.end();
    })();
    const sent = () => request.socket!.bytesWritten - request.socket!.writableLength;
    expect(await atRest(() => (request.socket === null ? 0 : sent()))).toBeLessThan(BUFFERED_BYTES);
    read();
    await sending;
    const [message] = await responded;
    let text = '';
    for await (const part of message.setEncoding('latin1')) text += part;
    expect(text).toBe(WHOLE);
  });

  it.runIf(can(runtime.name, 'trailersOfRequest'))(
    'bodies in one-byte chunks pass completely both ways and to the mirror, with their trailers',
    async () => {
      const copied: string[] = [];
      const mirror = createServer(async (request, response) => {
        copied.push(`${request.method} ${await sumOf(request)}`);
        response.end();
      });
      servers.push(mirror);
      await new Promise<void>((resolve) => mirror.listen(0, '127.0.0.1', resolve));
      const { port: mirrorPort } = mirror.address() as { port: number };
      const sent = randomBytes(200_000);
      const sum = createHash('sha256').update(sent).digest('hex');
      const chunks = Buffer.concat([
        Buffer.from('Transfer-Encoding: chunked\r\n\r\n'),
        ...Array.from(sent, (byte) => Buffer.from([0x31, 0x0d, 0x0a, byte, 0x0d, 0x0a])),
        Buffer.from(`0\r\nX-Sum: ${sum}\r\n\r\n`),
      ]);
      await upstream(
        createServer(async (request) => {
          const got = `${request.method} ${await sumOf(request)} ${request.trailers['x-sum']}`;
          request.socket.write(`HTTP/1.1 200 ${got}\r\n`);
          request.socket.write(chunks);
        }),
        { plugins: { 'proxy-mirror': { host: `http://127.0.0.1:${mirrorPort}` } } },
      );
      const bodies = await Promise.all(
        Array.from({ length: 6 }, async () => {
          const socket = connect(gateway.port, '127.0.0.1');
          const parts: string[] = [];
          socket.setEncoding('latin1').on('data', (part: string) => parts.push(part));
          socket.write('POST / HTTP/1.1\r\nHost: a\r\n');
          socket.write(chunks);
          socket.write('PUT / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
          await once(socket, 'close');
          return parts.join('');
        }),
      );
      const nothing = createHash('sha256').digest('hex');
      const ofResponse = (bytes: string) =>
        readMessage(bytes, (_, fields) => declaredFraming(fields) ?? NO_BODY)!;
      for (const received of bodies) {
        const first = ofResponse(received);
        const second = ofResponse(first.rest);
        expect([first.line, second.line]).toEqual([
          `HTTP/1.1 200 POST ${sum} ${sum}`,
          `HTTP/1.1 200 PUT ${nothing} undefined`,
        ]);
        for (const { body, trailers, isComplete } of [first, second]) {
          expect(Buffer.from(body, 'latin1').equals(sent)).toBe(true);
          expect([trailers, isComplete]).toEqual([[`X-Sum: ${sum}`], true]);
        }
        expect(second.rest).toBe('');
      }
      await until(() => copied.length === 12, 10_000, 'all copies');
      expect(copied.filter((copy) => copy === `POST ${sum}`)).toHaveLength(6);
    },
  );
}

async function sumOf(request: IncomingMessage): Promise<string> {
  const hash = createHash('sha256');
  for await (const part of request) hash.update(part as Buffer);
  return hash.digest('hex');
}
