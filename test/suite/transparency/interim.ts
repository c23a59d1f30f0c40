import { connect } from 'node:net';
import { expect, it } from 'vitest';
import type { TestRuntime } from '../../runtimes/runtime.ts';
import { sendRaw } from '../../support/client.ts';
import { socketOrigin } from '../../support/socket-origin.ts';
import { until } from '../../support/until.ts';
import { can } from '../platform.ts';
import type { Line } from '../transparency.ts';

const HINTS = 'HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n';
const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';
const FINAL = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const GET = 'GET /interim HTTP/1.1\r\nHost: h\r\n\r\n';

/** 1xx responses of an upstream before the final one; their bytes are compared on the wire. */
export function interimResponses({ name }: TestRuntime, line: () => Line): void {
  const sender = async (onHead: Parameters<typeof socketOrigin>[0], timeouts = {}) => {
    const upstream = await socketOrigin(onHead);
    await line().gateway.put('interim', {
      uri: '/interim',
      upstream: { nodes: { [upstream.node]: 1 }, ...timeouts },
    });
    return upstream;
  };

  if (!can(name, 'interimFromUpstream')) {
    it.each([HINTS, CONTINUE])('%j: 502 instead of the response', async (interim) => {
      const upstream = await sender((socket) => socket.end(interim + FINAL));
      expect((await sendRaw(line().gateway.port, GET)).status).toBe(502);
      await upstream.close();
    });
    return;
  }

  it('arrive before there is a final one', async () => {
    let finish = () => {};
    const upstream = await sender((socket) => {
      socket.write(HINTS);
      finish = () => void socket.write(FINAL);
    });
    let text = '';
    const client = connect(line().gateway.port, '127.0.0.1', () => client.write(GET));
    client.setEncoding('latin1').on('data', (part: string) => (text += part));
    await until(() => text !== '', 5000, 'the hints');
    expect(text).toBe(HINTS);
    finish();
    await until(() => text.endsWith('ok'), 5000, 'the response');
    expect(text.slice(HINTS.length)).toMatch(/^HTTP\/1\.1 200 /);
    client.destroy();
    await upstream.close();
  });

  it('are limited to 32', async () => {
    const upstream = await sender((socket, text) => {
      const count = text.includes('many') ? 33 : 32;
      socket.end(HINTS.repeat(count) + FINAL);
    });
    const few = await sendRaw(line().gateway.port, GET);
    expect([few.status, few.interim]).toEqual([200, Array(32).fill(103)]);
    const many = await sendRaw(line().gateway.port, GET.replace(' h', ' many'));
    expect([many.status, many.interim.length]).toEqual([502, 32]);
    await upstream.close();
  });

  it('do not extend the time for the final one', async () => {
    const upstream = await sender(
      (socket) => {
        const more = setInterval(() => socket.write(HINTS), 300);
        socket.once('close', () => clearInterval(more));
      },
      { timeout: { connect: 2, send: 2, read: 2 } },
    );
    const { status, interim } = await sendRaw(line().gateway.port, GET);
    expect(status).toBe(504);
    expect(interim).toContain(103);
    await upstream.close();
  });

  it.each([
    ['waits for it', 'Expect: 100-continue\r\n'],
    ['does not', ''],
  ])('100 comes once to a client that %s', async (_, expectation) => {
    const upstream = await sender((socket) => {
      socket.write(CONTINUE + HINTS + CONTINUE);
      socket.on('data', (part) => String(part).endsWith('body') && socket.write(FINAL));
    });
    let text = '';
    const client = connect(line().gateway.port, '127.0.0.1');
    client.setEncoding('latin1').on('data', (part: string) => (text += part));
    client.write(`POST /interim HTTP/1.1\r\nHost: h\r\n${expectation}Content-Length: 4\r\n\r\n`);
    await until(() => text.includes(HINTS), 5000, 'the hints');
    client.write('body');
    await until(() => text.endsWith('ok'), 5000, 'the response');
    expect(text.startsWith(CONTINUE + HINTS + 'HTTP/1.1 200 ')).toBe(true);
    client.destroy();
    await upstream.close();
  });
}
