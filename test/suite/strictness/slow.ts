import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { send } from '../../support/client.ts';
import { until } from '../../support/until.ts';
import type { Wire } from '../strictness.ts';

/** Slow clients are served, and delay nobody else. */
export function slowSenders(wire: () => Wire): void {
  it.each([
    ['with its length', 'Content-Length: 4\r\n\r\nbody'],
    ['in chunks', 'Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n'],
  ])('a request %s that comes byte by byte', async (_, rest) => {
    const { port } = wire().gateway;
    let text = '';
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    socket.setEncoding('latin1').on('data', (part) => (text += part));
    for (const byte of `POST /slow HTTP/1.1\r\nHost: h\r\n${rest}`) {
      socket.write(byte);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await until(() => text.includes('POST /slow body\n'), 5000, 'the response');
    socket.destroy();
  });

  it('a crowd that never completes its heads delays nobody', async () => {
    const { port, url } = wire().gateway;
    const crowd = Array.from({ length: 200 }, () => {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => {});
      socket.write('GET / HTTP/1.1\r\nHost: h\r\nX-Slow: ');
      return socket;
    });
    await Promise.all(
      crowd.map((socket) => until(() => socket.bytesWritten > 0, 5000, 'them to begin')),
    );
    expect((await send(url, '/quick')).status).toBe(200);
    for (const socket of crowd) socket.destroy();
  });
}
