import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  request as httpRequest,
  type Server,
  type ServerResponse,
} from 'node:http';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { GatewayProcess, TestServerRuntime } from '../runtimes/runtime.ts';
import { open } from '../support/client.ts';
import { until } from '../support/until.ts';

const LIMIT_MS = 20_000;
const PIECE = Buffer.alloc(1 << 20);

/** The upstream's `timeout.send` and `timeout.read`, each between two reads or writes. */
export function deadlines(runtime: TestServerRuntime): void {
  let gateway: GatewayProcess;
  const servers: Server[] = [];
  beforeAll(async () => void (gateway = await runtime.start()));
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });
  // The gateway can stop: none of these exchanges is left open.
  afterAll(async () => expect(await gateway.stop()).toBe(0));

  async function upstream(
    timeout: object,
    respond: (request: IncomingMessage, response: ServerResponse) => void,
  ): Promise<void> {
    const server = createServer(respond);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const node = `127.0.0.1:${port}`;
    await gateway.put('1', {
      uri: '/*',
      upstream: { nodes: { [node]: 1 } },
      timeout: { connect: 30, send: 30, read: 30, ...timeout },
    });
  }
  /** Uploads an endless body, as fast as it is read. Resolves with the response. */
  async function upload(): Promise<IncomingMessage> {
    const { port } = gateway;
    const request = httpRequest({ port, path: '/upload', method: 'POST', agent: false });
    request.on('error', () => {});
    const write = () => {
      for (let more = !request.destroyed; more;) more = request.write(PIECE);
    };
    request.on('drain', write);
    write();
    const [message] = (await once(request, 'response')) as [IncomingMessage];
    return message;
  }
  async function brokenOff(message: IncomingMessage): Promise<void> {
    message.on('error', () => {}).resume();
    await until(() => message.closed, LIMIT_MS, 'the response to break off');
    expect(message.complete).toBe(false);
  }

  it('send: 504 when the upstream stops reading a body', async () => {
    await upstream({ send: 0.5 }, () => {});
    const message = await upload();
    expect(message.statusCode).toBe(504);
    message.socket.destroy();
  });

  it('send: the response breaks off when the upstream has begun it and stops reading', async () => {
    await upstream({ send: 0.5 }, (_, response) => response.write('begun'));
    await brokenOff(await upload());
  });

  it('read: the response breaks off when the upstream stops in the middle of it', async () => {
    await upstream({ read: 0.5 }, (_, response) => response.write('begun'));
    await brokenOff(await open(gateway.url, '/half', { agent: false }));
  });

  it('read: a slow client is no failure of the upstream', async () => {
    let finished = false;
    await upstream({ read: 0.5 }, async (_, response) => {
      response.once('finish', () => (finished = true));
      for (let i = 0; i < 96; i++) if (!response.write(PIECE)) await once(response, 'drain');
      response.end();
    });
    const message = await open(gateway.url, '/large', { agent: false });
    // The input of this test: the client pauses for four times `timeout.read`. A slower machine only makes the pause
    // longer.
    await new Promise((resolve) => setTimeout(resolve, 2000));
    expect(finished).toBe(false);
    let size = 0;
    for await (const part of message) size += (part as Buffer).length;
    expect([message.complete, size]).toEqual([true, 96 * PIECE.length]);
  });

  it('send: a slow client is no failure of the upstream', async () => {
    await upstream({ send: 0.5, read: 0.5 }, async (request, response) => {
      let size = 0;
      for await (const part of request) size += (part as Buffer).length;
      response.end(String(size));
    });
    const { port } = gateway;
    const request = httpRequest({ port, path: '/pausing', method: 'POST', agent: false });
    for (let i = 0; i < 3; i++) {
      request.write('part');
      // As above: twice the timeouts, or more.
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
    request.end();
    const [message] = (await once(request, 'response')) as [IncomingMessage];
    message.setEncoding('latin1');
    expect([message.statusCode, ...(await message.toArray())]).toEqual([200, '12']);
  });
}
