import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { socketOrigin } from '../../support/socket-origin.ts';
import { until } from '../../support/until.ts';
import type { WebSockets } from '../websocket.ts';

const ASKED = 'Connection: Upgrade\r\nUpgrade: websocket\r\n';
const SWITCHED = `HTTP/1.1 101 Switching\r\n${ASKED}\r\n`;

/** One end of a tunnel, with one character for each byte. */
interface End {
  readonly socket: Socket;
  readonly got: () => string;
  readonly ended: () => boolean;
}

function end(socket: Socket): End {
  let got = '';
  let ended = false;
  socket.setEncoding('latin1').on('data', (text: string) => (got += text));
  socket.on('end', () => (ended = true)).on('error', () => {});
  socket.on('close', () => (ended = true));
  onTestFinished(() => void socket.destroy());
  return { socket, got: () => got, ended: () => ended };
}

/** A tunnel does not parse frames: each end reads what the other writes, and sees how it ends. */
export function raw({ stage, put }: WebSockets): void {
  /** An upstream that sends these bytes in response to each request, and a client that asks for a WebSocket. */
  async function opened(response: string, { version = '1.1', behind = '', fields = ASKED } = {}) {
    let upstream: (End & { readonly head: string }) | undefined;
    const origin = await socketOrigin((socket, head) => {
      upstream = { ...end(socket), head };
      socket.allowHalfOpen = true;
      socket.write(response, 'latin1');
    });
    onTestFinished(() => origin.close());
    const id = await put('raw', origin);
    const port = stage.gateway.port;
    const client = end(connect({ port, host: '127.0.0.1', allowHalfOpen: true }));
    const head = `GET /${id} HTTP/${version}\r\nHost: h\r\n${fields}Sec-WebSocket-Key: x\r\n\r\n`;
    client.socket.write(head + behind, 'latin1');
    await until(() => client.got().includes('\r\n\r\n'), 10_000, 'the response');
    return { client, upstream: upstream! };
  }

  it('heads: fields in their order and case, Connection and Upgrade anew', async () => {
    const { client, upstream } = await opened(
      'HTTP/1.1 101 Changing Over\r\nUPGRADE: WebSocket\r\nX-B: 2\r\nConnection: upgrade\r\nx-a: 1\r\n\r\n',
      { fields: 'Connection: keep-alive, upgrade, X-Hop\r\nX-Hop: 1\r\nUpgrade: WebSocket\r\n' },
    );
    expect(client.got()).toBe(`HTTP/1.1 101 Changing Over\r\nX-B: 2\r\nx-a: 1\r\n${ASKED}\r\n`);
    expect(upstream.head).toContain(`\r\nSec-WebSocket-Key: x\r\n`);
    expect(upstream.head.endsWith(`\r\n${ASKED}\r\n`)).toBe(true);
    expect(upstream.head).not.toMatch(/keep-alive|x-hop/i);
  });

  it('bytes that came along with either head', async () => {
    const behind = 'from the client \xff\0';
    const { client, upstream } = await opened(`${SWITCHED}from the upstream \xfe\0`, { behind });
    await until(() => upstream.got() === behind, 5000, 'the bytes behind the request');
    await until(() => client.got().endsWith('\r\n\r\nfrom the upstream \xfe\0'), 5000);
  });

  it('bytes of any kind, both ways at once', async () => {
    const { client, upstream } = await opened(SWITCHED);
    const before = client.got().length;
    const up = randomBytes(3_000_000).toString('latin1');
    const down = randomBytes(3_000_000).toString('latin1');
    client.socket.write(up, 'latin1');
    upstream.socket.write(down, 'latin1');
    const allReceived = () =>
      upstream.got().length === up.length && client.got().length === before + down.length;
    await until(allReceived, 10_000, 'all the bytes');
    expect([upstream.got() === up, client.got().slice(before) === down]).toEqual([true, true]);
  });

  describe.each(['client', 'upstream'] as const)('the %s', (first) => {
    const second = first === 'client' ? 'upstream' : 'client';

    it('half-closes and reads on', async () => {
      const tunnel = await opened(SWITCHED);
      tunnel[first].socket.end('last words');
      await until(() => tunnel[second].ended(), 5000, 'the end of that half');
      expect(tunnel[second].got().endsWith('last words')).toBe(true);
      expect(tunnel[first].ended()).toBe(false);
      tunnel[second].socket.end('an answer');
      await until(() => tunnel[first].ended(), 5000, 'the end');
      expect(tunnel[first].got().endsWith('an answer')).toBe(true);
    });

    it('resets, and the other end is closed', async () => {
      const tunnel = await opened(SWITCHED);
      tunnel[first].socket.resetAndDestroy();
      const { socket } = tunnel[second];
      await until(() => tunnel[second].ended(), 5000, 'the end');
      // A socket that was only half-closed would accept these bytes.
      const refused = () => {
        socket.write('x');
        return socket.destroyed;
      };
      await until(refused, 5000, 'the whole to be closed');
      expect(socket.destroyed).toBe(true);
    });
  });

  it('no 101 to another protocol than the one asked for', async () => {
    const { client } = await opened(SWITCHED.replace('websocket', 'another'));
    expect(client.got()).toMatch(/^HTTP\/1\.1 502 /);
  });

  it.each([
    ['in HTTP/1.0', { version: '1.0' }],
    ['that Connection does not name', { fields: 'Upgrade: websocket\r\n' }],
  ])('no Upgrade %s', async (_, options) => {
    const { client, upstream } = await opened('HTTP/1.1 204 No Content\r\n\r\n', options);
    expect(client.got()).toMatch(/^HTTP\/1\.1 204 /);
    expect(upstream.head).not.toMatch(/^(?:upgrade|connection):/im);
  });
}
