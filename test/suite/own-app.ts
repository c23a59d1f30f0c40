import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestServerRuntime } from '../runtimes/runtime.ts';
import { send, type Send, sendRaw } from '../support/client.ts';
import { line, type Program } from '../support/process.ts';
import { until } from '../support/until.ts';

const count = (text: string, what: string) => text.split(what).length - 1;

/** An app of the user's own on our listener. */
export function ownApp(runtime: TestServerRuntime): void {
  let program: Program;
  let port: number;
  beforeAll(async () => {
    program = runtime.script(new URL('../support/own-app.mjs', import.meta.url));
    port = Number((await line(program, /^port (\d+)$/m))[1]);
  });
  afterAll(async () => {
    program.signal('SIGKILL');
    await program.exited;
  });
  const countOf = (what: string) => count(program.stdout(), what);
  const ask = (target: string, options?: Send) => send(`http://127.0.0.1:${port}`, target, options);
  const textOf = async (target: string, options?: Send) =>
    (await ask(target, options)).body.toString();

  describe('learns by request.signal', () => {
    it.each([
      ['before its response', '/wait', 'left while waiting', () => countOf('waits')],
      ['in the middle of its response', '/stream', 'left while reading', null],
    ])('of a client that leaves %s', async (_, target, expected, waiting) => {
      const [before, waited] = [countOf(expected), waiting?.() ?? 0];
      const socket = connect(port, '127.0.0.1');
      socket.write(`GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`);
      if (waiting === null) await once(socket, 'data');
      else await until(() => waiting() > waited, 5000, 'the app to wait');
      expect(countOf(expected)).toBe(before);
      socket.destroy();
      await until(() => countOf(expected) > before, 5000, 'the app to notice');
      expect(countOf(expected)).toBe(before + 1);
    });

    it('nothing of a client that leaves after its response', async () => {
      expect(await textOf('/whole', { method: 'POST', body: 'body', agent: false })).toBe('body');
      // Has left long before another client's departure is noticed.
      const socket = connect(port, '127.0.0.1');
      const before = countOf('left while reading');
      socket.write('GET /stream HTTP/1.1\r\nHost: a\r\n\r\n');
      await once(socket, 'data');
      socket.destroy();
      await until(() => countOf('left while reading') > before, 5000, 'the other to be noticed');
      expect(countOf('left, it says')).toBe(0);
    });
  });

  it('may leave work behind that fails, without a waitUntil of its own', async () => {
    expect(await textOf('/later')).toBe('now');
    expect(await textOf('/later')).toBe('now');
  });

  describe('gets a Request', () => {
    const json = { 'content-type': 'application/json', 'x-a': 'b' };
    it.each<[string, Send]>([
      ['without a body', { headers: json }],
      ['with one', { method: 'POST', headers: json, body: '{"a":[1]}' }],
    ])('%s, with all of its members', async (_, options) => {
      expect(JSON.parse(await textOf('/members?a=%20b', options))).toEqual([]);
    });

    it.each<[string, string, string]>([
      ['POST', '/method', 'POST http://127.0.0.1/method'],
      ['PATCH', '/method?a', 'PATCH http://127.0.0.1/method?a'],
      ['PURGE', '/method', 'PURGE http://127.0.0.1/method'],
      ['TRACE', '/method', 'TRACE http://127.0.0.1/method'],
    ])('of method %s', async (method, target, expected) => {
      expect(await textOf(target, { method })).toBe(expected);
    });

    it.each(['get', 'Get', 'head'])('of method %s, without a body', async (method) => {
      const text = `${method} /method HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}`;
      expect((await sendRaw(port, text)).status).toBe(200);
    });

    it.each<[string, string, Send, string]>([
      ['made into another', '/again', { body: 'body' }, 'body'],
      ['in chunks made into another', '/again', { body: 'body', chunks: 1 }, 'body'],
      ['within a limit', '/limited', { body: 'body' }, 'body'],
      ['in chunks within a limit', '/limited', { body: 'body', chunks: 1 }, 'body'],
      [
        'in chunks beyond a limit',
        '/limited',
        { body: 'x'.repeat(2000), chunks: 900 },
        'Payload Too Large',
      ],
      [
        'read into room of the reader',
        '/byob',
        { body: 'x'.repeat(2500), chunks: 2500 },
        '[1000,1000,500]',
      ],
    ])('%s', async (_, target, options, expected) => {
      expect(await textOf(target, { method: 'POST', ...options })).toBe(expected);
    });
  });
}
