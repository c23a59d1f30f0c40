import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { send } from '../../support/client.ts';
import { ask, begin, codeName, responseOf } from '../../support/http2-client.ts';
import { logged } from '../../support/log.ts';
import { exposed } from '../../support/outcomes.ts';
import { socketOrigin } from '../../support/socket-origin.ts';
import { until } from '../../support/until.ts';
import type { Http2Scene } from '../http2.ts';

const LIMIT_MS = 10_000;

/** What passes between client and upstream beside fields and bodies, and how exchanges end. */
export function exchanges(scene: () => Http2Scene): void {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });
  /** A route `/name` to an upstream that gets requests before their bodies have arrived. */
  async function upstream(
    name: string,
    handle: (request: IncomingMessage, response: ServerResponse) => void,
  ): Promise<void> {
    const server = createServer(handle);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    await put(name, `127.0.0.1:${port}`);
  }
  const put = (name: string, node: string) =>
    scene().gateway.put(name, { uri: `/${name}`, upstream: { nodes: { [node]: 1 } } });
  const raw = async (name: string, onHead: (socket: Socket, text: string) => void) => {
    const origin = await socketOrigin(onHead);
    await put(name, origin.node);
    return origin;
  };

  it('fields of a connection stay on it, and repeated ones stay apart', async () => {
    scene().respond = (_, response) => {
      response.sendDate = false;
      const lines =
        'Connection X-Hop X-Hop 1 Set-Cookie a=1 X-A 1 Set-Cookie b=2 X-A 2 Vary A Content-Length 2';
      response.writeHead(200, lines.split(' '));
      response.end('ok');
    };
    const { rawHeaders } = await ask(await scene().open(), '/fields');
    expect(rawHeaders.join('|')).toBe(
      ':status|200|set-cookie|a=1|set-cookie|b=2|x-a|1|x-a|2|vary|A|content-length|2',
    );
  });

  it('pieces of Cookie are one field, and TE reaches the upstream', async () => {
    const headers = { cookie: ['a=1', 'b=2', 'c=3'], te: 'trailers', 'x-latin': 'caf\xe9' };
    await ask(await scene().open(), '/cookies', { headers });
    const seen = scene().upstream.seen.find(({ url }) => url === '/cookies')!;
    expect(seen.headers).toMatchObject({
      cookie: 'a=1; b=2; c=3',
      te: 'trailers',
      'x-latin': 'caf\xe9',
    });
  });

  it.each([
    ['HEAD', 200],
    ['GET', 204],
    ['GET', 304],
  ])('%s with %i: no body', async (method, status) => {
    scene().respond = (_, response) => {
      response.writeHead(status, status === 204 ? {} : { 'content-length': '5', etag: '"1"' });
      response.end();
    };
    const got = await ask(await scene().open(), '/empty', { method });
    expect([got.status, got.body.byteLength]).toEqual([status, 0]);
    if (status !== 204) expect(got.headers).toMatchObject({ 'content-length': '5', etag: '"1"' });
  });

  it('a status that HTTP/2 cannot have is a 502, in the metrics as well', async () => {
    const origin = await raw('odd', (socket) =>
      socket.end('HTTP/1.1 600 Odd\r\nContent-Length: 0\r\n\r\n'),
    );
    const { gateway } = scene();
    const session = await scene().open();
    expect((await ask(session, '/odd')).status).toBe(502);
    expect((await ask(session, '/after')).status).toBe(200);
    // HTTP/1.1 can have it.
    expect((await send(gateway.url, '/odd')).status).toBe(600);
    const codes = (await exposed(gateway))
      .filter(({ name, labels }) => name === 'gateway_requests_total' && labels['route'] === 'odd')
      .map(({ labels, value }) => [labels['code'], value]);
    expect(codes.toSorted()).toEqual([
      ['502', 1],
      ['600', 1],
    ]);
    const reasons = () => logged(gateway.program).map(({ properties }) => properties['error']);
    const why = 'status 600, and the client can be sent 599 at most';
    await until(() => reasons().includes(why), LIMIT_MS, 'why, in the log');
    await origin.close();
  });

  it('trailers pass in both directions', async () => {
    const passed: NodeJS.Dict<string>[] = [];
    await upstream('trailers', (request, response) => {
      request.resume().once('end', () => {
        passed.push(request.trailers);
        response.write('ok');
        response.addTrailers({ 'x-sum': '2', 'grpc-status': '0' });
        response.end();
      });
    });
    const got = await ask(await scene().open(), '/trailers', {
      method: 'POST',
      body: 'text',
      chunked: true,
      trailers: { 'x-sum': '1', 'x-real-ip': '1.1.1.1' },
    });
    expect(passed).toEqual([{ 'x-sum': '1' }]);
    expect([got.body.toString(), JSON.parse(JSON.stringify(got.trailers))]).toEqual([
      'ok',
      { 'x-sum': '2', 'grpc-status': '0' },
    ]);
  });

  it('a response that breaks off does not look complete, however much of it is on the way', async () => {
    const origin = await raw('cut', (socket) =>
      socket.end(`HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n${'x'.repeat(100_000)}`),
    );
    const session = await scene().open();
    for (let i = 0; i < 40; i++) {
      const stream = begin(session, '/cut');
      let isComplete = false;
      stream.resume().once('end', () => (isComplete = stream.rstCode === 0 && !stream.aborted));
      await new Promise((resolve) => stream.once('close', resolve));
      expect([isComplete, codeName(stream.rstCode)]).toEqual([false, 'INTERNAL_ERROR']);
    }
    await origin.close();
  });

  it('HTTP2-Settings, which node:http2 throws at, stays wherever it stands', async () => {
    const field = 'HTTP2-Settings: AAMA\r\n';
    const origin = await raw('settings', (socket) => {
      socket.write(`HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n${field}\r\n`);
      socket.write(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-A: 1\r\n${field}\r\n`);
      socket.write(`2\r\nok\r\n0\r\nX-Sum: 2\r\n${field}\r\n`);
    });
    const got = await ask(await scene().open(), '/settings');
    expect([got.status, got.body.toString()]).toEqual([200, 'ok']);
    expect([got.headers, got.trailers]).toMatchObject([{ 'x-a': '1' }, { 'x-sum': '2' }]);
    for (const fields of [got.headers, got.trailers, ...got.interim])
      expect(Object.keys(fields)).not.toContain('http2-settings');
    await origin.close();
  });

  it('interim responses arrive before the final one', async () => {
    let finish = () => {};
    const origin = await raw('hints', (socket) => {
      socket.write('HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nConnection: close\r\n\r\n');
      finish = () => void socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    });
    const stream = begin(await scene().open(), '/hints');
    const got = responseOf(stream);
    await new Promise((resolve) => stream.once('headers', resolve));
    finish();
    expect((await got).interim.map((fields) => [fields[':status'], fields['link']])).toEqual([
      [103, '</a>'],
    ]);
    expect(Object.keys((await got).interim[0]!)).not.toContain('connection');
    await origin.close();
  });

  it('Expect: 100-continue gets a 100 once the body is wanted', async () => {
    const stream = begin(await scene().open(), '/expect', {
      method: 'POST',
      headers: { expect: '100-continue', 'content-length': 4 },
      body: '',
      chunked: true,
    });
    const got = responseOf(stream);
    stream.once('continue', () => stream.end('text'));
    expect((await got).body.toString()).toBe('POST /expect 4\n');
  });

  it('both bodies flow at the same time', async () => {
    await upstream('duplex', (request, response) => {
      response.flushHeaders();
      request.on('data', (part: Buffer) => response.write(part));
      request.once('end', () => response.end());
    });
    const stream = begin(await scene().open(), '/duplex', {
      method: 'POST',
      body: '',
      chunked: true,
    });
    let echoed = '';
    stream.on('data', (part: Buffer) => (echoed += part.toString()));
    const done = responseOf(stream);
    for (const word of ['one', 'two', 'three']) {
      stream.write(word);
      await until(() => echoed.endsWith(word), LIMIT_MS, word);
    }
    stream.end();
    expect((await done).status).toBe(200);
    expect(echoed).toBe('onetwothree');
  });

  it.each([
    ['chunked', 'Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n'],
    ['with a length', 'Content-Length: 10\r\n\r\nabc'],
  ])('a response that breaks off, %s, ends with INTERNAL_ERROR', async (_, rest) => {
    const origin = await raw('broken', (socket) => {
      socket.write(`HTTP/1.1 200 OK\r\n${rest}`, () => setTimeout(() => socket.destroy(), 50));
    });
    const session = await scene().open();
    await expect(ask(session, '/broken')).rejects.toThrow('INTERNAL_ERROR');
    expect((await ask(session, '/after')).status).toBe(200);
    await origin.close();
  });

  it('a client that takes its request back has left', async () => {
    let isGone = false;
    let hasCome = false;
    await upstream('left', (request) => {
      hasCome = true;
      request.socket.once('close', () => (isGone = true));
    });
    const session = await scene().open();
    const stream = begin(session, '/left');
    await until(() => hasCome, LIMIT_MS, 'the request');
    const sample = 'gateway_requests_total{route="left",method="GET",code="499"}';
    stream.close(8);
    await until(() => isGone, LIMIT_MS, 'the upstream to be left');
    await until(async () => (await scene().gateway.metrics()).get(sample) === 1, LIMIT_MS, sample);
    expect((await ask(session, '/after')).status).toBe(200);
  });

  it('an early response ends an upload that nobody reads, without an error', async () => {
    await upstream('early', (request, response) => {
      response.writeHead(413, { connection: 'close' }).end('no');
      request.socket.end();
    });
    const session = await scene().open();
    const stream = begin(session, '/early', { method: 'POST', body: '', chunked: true });
    const more = setInterval(() => void (stream.writable && stream.write(Buffer.alloc(50_000))), 5);
    const got = await responseOf(stream).finally(() => clearInterval(more));
    expect([got.status, got.body.toString()]).toEqual([413, 'no']);
    expect((await ask(session, '/after')).status).toBe(200);
  });

  it('a body that stalls gets 408, and other streams do not wait', async () => {
    const session = await scene().open();
    const stream = begin(session, '/stalls', { method: 'POST', body: '', chunked: true });
    const got = responseOf(stream);
    stream.write('half');
    expect((await ask(session, '/meanwhile')).status).toBe(200);
    expect((await got).status).toBe(408);
    expect((await ask(session, '/after')).status).toBe(200);
  });

  describe('a client that reads nothing of one response', () => {
    it('has others meanwhile, and is reset after CLIENT_TIMEOUT', async () => {
      let isReleased = false;
      await upstream('endless', (_, response) => {
        const part = Buffer.alloc(65_536);
        const write = () => {
          for (let more = true; more;) more = response.write(part);
        };
        response.once('close', () => (isReleased = true)).on('drain', write);
        write();
      });
      const session = await scene().open();
      const stream = begin(session, '/endless');
      await new Promise((resolve) => stream.once('response', resolve));
      for (let i = 0; i < 3; i++) expect((await ask(session, '/other')).status).toBe(200);
      await until(() => isReleased && stream.closed, 20_000, 'the upstream to be released');
      expect(codeName(stream.rstCode)).toBe('INTERNAL_ERROR');
      expect((await ask(session, '/after')).status).toBe(200);
    });
  });
}
