import { createServer, type Server } from 'node:http';
import { afterEach, expect, it } from 'vitest';
import { ask, begin, responseOf } from '../../support/http2-client.ts';
import { until } from '../../support/until.ts';
import type { Http2Scene } from '../http2.ts';

const PIECE = Buffer.alloc(64 * 1024, 'x');

/** The most that windows, queues and socket buffers on the way may hold of a body. */
const HELD_BYTES = 24 << 20;

/** Each stream has a window of its own. */
export function flow(scene: () => Http2Scene): void {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });
  async function upstream(name: string, server: Server): Promise<void> {
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const nodes = { [`127.0.0.1:${port}`]: 1 };
    await scene().gateway.put(name, { uri: `/${name}`, upstream: { nodes } });
  }

  it('an upload waits while the upstream does not read, and other streams do not', async () => {
    let resume = () => {};
    let received = 0;
    await upstream(
      'slow',
      createServer((request, response) => {
        resume = () => void request.on('data', (part: Buffer) => (received += part.byteLength));
        request.once('end', () => response.end(String(received)));
      }),
    );
    const session = await scene().open();
    const size = 64 << 20;
    const stream = begin(session, '/slow', {
      method: 'POST',
      body: '',
      chunked: true,
      headers: { 'content-length': size },
    });
    const got = responseOf(stream);
    let sent = 0;
    // What node:http2 calls back for has left this process.
    const next = (): void => {
      if (sent === size) return void stream.end();
      stream.write(PIECE, () => {
        sent += PIECE.byteLength;
        next();
      });
    };
    next();
    let last = -1;
    let since = performance.now();
    await until(
      () => {
        if (sent !== last) [last, since] = [sent, performance.now()];
        return performance.now() - since > 500;
      },
      10_000,
      'the upload to wait',
    );
    expect(sent).toBeLessThan(HELD_BYTES);
    expect((await ask(session, '/meanwhile')).status).toBe(200);
    const small = await ask(session, '/small', { method: 'POST', body: 'text' });
    expect(small.body.toString()).toBe('POST /small 4\n');
    resume();
    expect((await got).body.toString()).toBe(String(size));
  });

  it('a response waits while the client does not read, and other streams do not', async () => {
    let sent = 0;
    const size = 128 << 20;
    await upstream(
      'fast',
      createServer((_, response) => {
        const write = () => {
          for (let more = true; more && sent < size; sent += PIECE.byteLength)
            more = response.write(PIECE);
          if (sent >= size) response.end();
        };
        response.on('drain', write);
        write();
      }),
    );
    const session = await scene().open();
    const stream = begin(session, '/fast');
    await new Promise((resolve) => stream.once('response', resolve));
    for (let i = 0; i < 5; i++) expect((await ask(session, '/other')).status).toBe(200);
    expect(sent).toBeLessThan(HELD_BYTES);
    let got = 0;
    stream.on('data', (part: Buffer) => (got += part.byteLength));
    await new Promise((resolve) => stream.once('close', resolve));
    expect([got, stream.rstCode]).toEqual([size, 0]);
  });
}
