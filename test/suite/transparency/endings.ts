import { once } from 'node:events';
import { Agent } from 'node:http';
import { expect, it } from 'vitest';
import type { TestRuntime } from '../../runtimes/runtime.ts';
import { open, send } from '../../support/client.ts';
import { socketOrigin } from '../../support/socket-origin.ts';
import { until } from '../../support/until.ts';
import { can } from '../platform.ts';
import type { Line } from '../transparency.ts';

/** How responses stream, and how they end early. */
export function endings({ name }: TestRuntime, line: () => Line): void {
  it('events arrive one by one', async () => {
    let go!: () => void;
    line().respond = (_, response) => {
      response.setHeader('content-type', 'text/event-stream');
      response.write('data: first\n\n');
      go = () => response.end('data: last\n\n');
    };
    const message = await open(line().gateway.url, '/events');
    let text = '';
    message.setEncoding('utf8').on('data', (part: string) => (text += part));
    await until(() => text === 'data: first\n\n', 5000, 'the first event');
    expect(message.headers['content-type']).toBe('text/event-stream');
    go();
    await once(message, 'end');
    expect(text).toBe('data: first\n\ndata: last\n\n');
  });

  it('the head arrives before the body', async () => {
    let go!: () => void;
    line().respond = (_, response) => {
      response.writeHead(200, { 'x-a': '1' }).flushHeaders();
      go = () => response.end('body');
    };
    const message = await open(line().gateway.url, '/head');
    expect(message.headers['x-a']).toBe('1');
    go();
    message.resume();
    await once(message, 'end');
  });

  it.each([
    ['with its length', { 'content-length': '100' }],
    ['in chunks', {}],
  ])('a body %s that breaks off also breaks off for the client', async (_, headers) => {
    line().respond = (_request, response) => {
      response.writeHead(200, headers);
      response.write('a part of it');
    };
    const message = await open(line().gateway.url, '/broken', { agent: false });
    message.on('error', () => {});
    const closed = new Promise<void>((resolve) => message.once('close', resolve));
    await once(message, 'data');
    line().upstream.server.closeAllConnections();
    await closed;
    expect(message.complete).toBe('content-length' in headers ? false : !can(name, 'brokenChunks'));
    line().respond = (_request, response) => response.end('whole');
    expect((await send(line().gateway.url, '/next')).body.toString()).toBe('whole');
  });

  it('an unsolicited upgrade is not forwarded', async () => {
    const upstream = await socketOrigin((socket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n');
    });
    const node = { uri: '/upgrade', upstream: { nodes: { [upstream.node]: 1 } } };
    await line().gateway.put('upgrade', node);
    expect((await send(line().gateway.url, '/upgrade')).status).toBe(502);
    await upstream.close();
  });

  it('a client that leaves in the middle of a response releases the upstream', async () => {
    let released = false;
    let writing: NodeJS.Timeout;
    line().respond = (_, response) => {
      response.write('on and on');
      // Some runtimes notice that nobody reads only when they write.
      writing = setInterval(() => response.write('on and on'), 20);
      response.once('close', () => {
        clearInterval(writing);
        released = true;
      });
    };
    const message = await open(line().gateway.url, '/endless');
    message.on('error', () => {});
    await once(message, 'data');
    message.destroy();
    await until(() => released, 10_000, 'the upstream to be released');
    expect(released).toBe(true);
  });

  it('a client that leaves before the response releases the upstream', async () => {
    let released = false;
    let arrived = false;
    line().respond = (_, response) => {
      arrived = true;
      response.once('close', () => (released = true));
    };
    const agent = new Agent();
    void open(line().gateway.url, '/never', { agent }).catch(() => {});
    await until(() => arrived, 5000);
    agent.destroy();
    if (can(name, 'seesClientLeave'))
      await until(() => released, 10_000, 'the upstream to be released');
    else line().upstream.server.closeAllConnections();
    line().respond = (_, response) => response.end('next');
    expect((await send(line().gateway.url, '/next')).body.toString()).toBe('next');
  });

  it('a connection serves one request after another', async () => {
    line().respond = ({ url }, response) => response.end(url);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    let sockets = 0;
    const create = agent.createConnection.bind(agent);
    agent.createConnection = (...args: Parameters<typeof create>) => {
      sockets += 1;
      return create(...args);
    };
    for (const target of ['/1', '/2', '/3', '/4']) {
      expect((await send(line().gateway.url, target, { agent })).body.toString()).toBe(target);
    }
    expect(sockets).toBe(1);
    agent.destroy();
  });

  // A response of an upstream that reads on always arrives. The response of one that closes may be lost with its
  // connection (RFC 9112 section 9.6); then 502 is correct.
  const early: [string, boolean, (number | undefined)[]][] = [['reads on', false, [413]]];
  if (can(name, 'respondsMidUpload')) early.push(['closes', true, [413, 502, undefined]]);

  it.each(early)(
    'a response of an upstream that has not got the whole body and %s',
    async (_what, close, expected) => {
      line().upstream.server.prependOnceListener('request', (_request, response) => {
        response.writeHead(413, close ? { connection: 'close' } : {}).end('too large');
      });
      // The upstream gets one more request when the body is complete.
      line().respond = () => {};
      const body = Buffer.alloc(3_000_000);
      const options = { method: 'POST', body, agent: false } as const;
      const got = await send(line().gateway.url, '/', options).catch(() => null);
      expect(expected).toContain(got?.status);
      line().respond = (_, response) => response.end('next');
      expect((await send(line().gateway.url, '/next', { agent: false })).body.toString()).toBe(
        'next',
      );
    },
  );
}
