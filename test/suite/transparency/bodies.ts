import { createHash, randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { expect, it } from 'vitest';
import type { TestRuntime } from '../../runtimes/runtime.ts';
import { send } from '../../support/client.ts';
import { until } from '../../support/until.ts';
import { can } from '../platform.ts';
import type { Line } from '../transparency.ts';

const SIZES = { nothing: 0, 'one byte': 1, '1 KiB': 1024, '100 KiB': 102_400, '3 MB': 3_000_000 };

const hash = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** Every byte of a request body reaches the upstream, however it was framed. */
export function bodies({ name }: TestRuntime, line: () => Line): void {
  const seen = () => line().upstream.seen.at(-1)!;

  for (const [size, length] of Object.entries(SIZES)) {
    it.each([
      ['with its length', {}],
      ['in chunks', { chunks: 40_000 }],
    ])(`${size} %s`, async (_, framing) => {
      const body = randomBytes(length);
      line().respond = (request, response) => response.end(hash(request.body));
      const got = await send(line().gateway.url, '/', { method: 'POST', body, ...framing });
      expect([got.status, got.body.toString()]).toEqual([200, hash(body)]);
      const { headers } = seen();
      if (!('chunks' in framing)) {
        expect(headers['content-length']).toBe(String(length));
      }
      // Both fields together would be request smuggling (RFC 9112 section 6.1).
      expect(headers['content-length'] !== undefined && 'transfer-encoding' in headers).toBe(false);
    });
  }

  it('of GET', async () => {
    line().respond = (request, response) => response.end(String(request.body.length));
    for (const framing of [{}, { chunks: 2 }]) {
      const got = await send(line().gateway.url, '/', { method: 'GET', body: 'body', ...framing });
      expect([got.status, got.body.toString()]).toEqual([200, can(name, 'bodyOfGet') ? '4' : '0']);
    }
    // No byte is left on the connection to break the next request.
    expect((await send(line().gateway.url, '/')).body.toString()).toBe('0');
  });

  it('after Expect: 100-continue', async () => {
    line().respond = (request, response) => response.end(`got ${request.body}`);
    let text = '';
    const socket = connect(line().gateway.port, '127.0.0.1');
    socket.setEncoding('latin1').on('data', (part) => (text += part));
    socket.write(
      'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n',
    );
    if (can(name, 'continue')) await until(() => text.includes('HTTP/1.1 100'), 5000);
    socket.write('body');
    await until(() => text.includes('got body'), 5000, 'the response');
    expect(text).toContain(' 200 ');
    socket.destroy();
  });

  it('flows: the upstream gets the first part before the client has sent the last', async () => {
    line().respond = (request, response) => response.end(String(request.body.length));
    let arrived = 0;
    line().upstream.server.once('request', (message) => {
      message.on('data', (part: Buffer) => (arrived += part.length));
    });
    let text = '';
    const socket = connect(line().gateway.port, '127.0.0.1');
    socket.setEncoding('latin1').on('data', (part) => (text += part));
    socket.write(
      'POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n5\r\nfirst\r\n',
    );
    await until(() => arrived === 5, 5000, 'the first part to arrive');
    socket.write('4\r\nlast\r\n0\r\n\r\n');
    await until(() => / 200 [^]*9/.test(text), 5000, 'the response');
    expect(seen().body.toString()).toBe('firstlast');
    socket.destroy();
  });
}
