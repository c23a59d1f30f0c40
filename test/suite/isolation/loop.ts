import { createServer, type Server, type Socket } from 'node:net';
import { Agent } from 'node:http';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { GatewayProcess, TestServerRuntime } from '../../runtimes/runtime.ts';
import { send } from '../../support/client.ts';
import { processorTime } from '../../support/cpu.ts';
import { origin, type Origin, route } from '../../support/origin.ts';

const OK = 'HTTP/1.1 200 OK\r\n';

/** Responses that are costly to read, each within the limits for one response. */
const COSTLY: Readonly<Record<string, string>> = {
  'as large as allowed': `${OK}Content-Length: 1000000\r\n\r\n${'x'.repeat(1_000_000)}`,
  'in chunks of a byte': `${OK}Transfer-Encoding: chunked\r\n\r\n${'1\r\nx\r\n'.repeat(150_000)}0\r\n\r\n`,
  'of many fields': `${OK}${`a:${'b'.repeat(300)}\r\n`.repeat(199)}Content-Length: 0\r\n\r\n`,
  'after as many 1xx as allowed': `${`HTTP/1.1 103 Early Hints\r\n${'a:b7890\r\n'.repeat(200)}\r\n`.repeat(32)}${OK}Content-Length: 0\r\n\r\n`,
};

const SMALL = `${OK}Content-Length: 2\r\n\r\nok`;

const LOAD_MS = 2000;

/**
 * Share of the elapsed time that such responses may take: a quarter is the mirrors' share, and some more goes to work
 * that is not measured. Without the limit it is whatever the requests leave of a core: nine tenths with the
 * costliest.
 */
const MAX_SHARE = 0.5;

/** Reading the responses of mirrors takes no more of the event loop's time than their share. */
export function eventLoop(runtime: TestServerRuntime): void {
  let gateway: GatewayProcess;
  let upstream: Origin;
  const servers: Server[] = [];
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  beforeAll(async () => {
    [upstream, gateway] = await Promise.all([origin(), runtime.start()]);
  });
  afterEach(() => servers.splice(0).forEach((server) => server.close()));
  afterAll(async () => {
    agent.destroy();
    await Promise.all([upstream.close(), gateway.stop()]);
  });

  async function mirror(text: string): Promise<string> {
    const bytes = Buffer.from(text, 'latin1');
    const server = createServer((socket: Socket) => {
      socket.on('error', () => {});
      socket.on('data', () => socket.write(bytes));
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  }

  /** Sends requests as fast as responses arrive, and measures the processor time of all of it. */
  async function load(response: string) {
    const plugin = { breaker: false, timeout: 25 };
    await gateway.put('1', route(upstream, { url: await mirror(response) }, { plugin }));
    const began = performance.now();
    const before = processorTime(gateway.program);
    let requests = 0;
    const client = async () => {
      for (; performance.now() - began < LOAD_MS; requests += 1)
        expect((await send(gateway.url, '/', { agent })).status).toBe(200);
    };
    await Promise.all(Array.from({ length: 8 }, client));
    const used = processorTime(gateway.program) - before;
    return { requests, used, milliseconds: performance.now() - began };
  }

  it.each(Object.entries(COSTLY))('responses %s', async (_what, response) => {
    const small = await load(SMALL);
    const costly = await load(response);
    const ofRequests = (costly.requests * small.used) / small.requests;
    expect((costly.used - ofRequests) / costly.milliseconds).toBeLessThan(MAX_SHARE);
  });
}
