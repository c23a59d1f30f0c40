import { afterAll, beforeAll, expect, it } from 'vitest';
import type { TestServerRuntime } from '../runtimes/runtime.ts';
import { send, type Send, sendRaw } from '../support/client.ts';
import { line, type Program } from '../support/process.ts';
import { socketOrigin, type SocketOrigin } from '../support/socket-origin.ts';

/** What the upstream behind the app's gateway sends, by path. */
const ANSWERS: Readonly<Record<string, string>> = {
  '/trailers':
    'HTTP/1.1 299 Very Fine\r\nX-One: 1\r\nTrailer: X-Sum\r\nx-TWO: 2\r\n' +
    'Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 1\r\n\r\n',
  '/socket':
    'HTTP/1.1 101 Over\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nX-One: 1\r\n\r\nframes',
};
const OK = 'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok';

/** True once the body has arrived that comes with every POST. */
const isComplete = (text: string) =>
  !text.startsWith('POST ') || /\r\n(?:\r\nbody|0\r\n\r\n)$/.test(text);

/** A gateway among the routes of an app of the user's own, on our listener, behind middleware. */
export function ownGateway(runtime: TestServerRuntime): void {
  let program: Program;
  let upstream: SocketOrigin;
  let port: number;
  /** All that the upstream got. */
  const got: string[] = [];
  beforeAll(async () => {
    upstream = await socketOrigin((socket, head) => {
      const path = head.split(/[ ?]/)[1]!;
      let text = head;
      const respond = () => {
        if (!isComplete(text)) return;
        got.push(text);
        socket.end(ANSWERS[path] ?? OK, 'latin1');
      };
      socket.on('data', (part: string) => {
        text += part;
        respond();
      });
      respond();
    });
    const app = new URL('../support/own-gateway.mjs', import.meta.url);
    program = runtime.script(app, [upstream.node]);
    port = Number((await line(program, /^port (\d+)$/m))[1]);
  });
  afterAll(async () => {
    program.signal('SIGKILL');
    await Promise.all([program.exited, upstream.close()]);
  });
  const ask = (target: string, options?: Send) => send(`http://127.0.0.1:${port}`, target, options);

  it('gets a Response with all of its members', async () => {
    expect(JSON.parse((await ask('/members')).body.toString())).toEqual([]);
  });

  it('passes a response on unchanged after middleware has read its fields', async () => {
    const { reason, rawHeaders, trailers } = await ask('/trailers');
    expect([reason, rawHeaders, trailers]).toEqual([
      'Very Fine',
      ['X-One', '1', 'Trailer', 'X-Sum', 'x-TWO', '2', 'Transfer-Encoding', 'chunked'],
      { 'x-sum': '1' },
    ]);
  });

  it('lets middleware change the fields, and keeps the rest', async () => {
    const { status, headers, trailers, body } = await ask('/trailers?field');
    expect([status, headers['x-added'], trailers, body.toString()]).toEqual([
      299,
      '299',
      { 'x-sum': '1' },
      'ok',
    ]);
  });

  it('opens WebSockets', async () => {
    const asked = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n';
    const raw = await sendRaw(port, `GET /socket HTTP/1.1\r\nHost: a\r\n${asked}\r\n`);
    expect([raw.interim, raw.body]).toEqual([[101], '']);
  });

  it.each(['/plain', '/limited', '/cloned'])(
    'forwards a request after middleware has used it: %s',
    async (target) => {
      for (const chunks of [undefined, 2]) {
        got.length = 0;
        const options = { method: 'POST', headers: { 'X-Case': 'a' }, body: 'body' };
        const { status } = await ask(target, { ...options, ...(chunks && { chunks }) });
        expect(status).toBe(200);
        expect(got.join()).toMatch(/X-Case: a\r\n[^]*X-Forwarded-For: 127\.0\.0\.1\r\n/i);
        expect(got.join()).toMatch(/\r\n\r\n(?:body|2\r\nbo\r\n2\r\ndy\r\n|4\r\nbody\r\n)/);
      }
    },
  );
}
