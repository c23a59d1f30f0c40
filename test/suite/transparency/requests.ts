import { expect, it } from 'vitest';
import type { TestRuntime } from '../../runtimes/runtime.ts';
import { send, sendRaw } from '../../support/client.ts';
import { can } from '../platform.ts';
import type { Line } from '../transparency.ts';
import { socketOrigin } from '../../support/socket-origin.ts';
import { fieldsOf, namesOf } from './fields.ts';

/** The upstream gets what the client sends. */
export function requests({ name }: TestRuntime, line: () => Line): void {
  const seen = () => line().upstream.seen.at(-1)!;

  it.each(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'PROPFIND', 'PURGE'])(
    'method %s',
    async (method) => {
      line().respond = (_, response) => response.setHeader('allow', 'GET').end();
      const { status, headers } = await send(line().gateway.url, '/m?x=1', { method });
      expect([status, headers.allow]).toEqual([200, 'GET']);
      expect([seen().method, seen().url]).toEqual([method, '/m?x=1']);
    },
  );

  it('fields', async () => {
    line().respond = (_, response) => response.end();
    await send(line().gateway.url, '/', {
      headers: {
        'X-Twice': ['one', 'two'],
        ...(can(name, 'latin1ToUpstream') && { 'X-Latin': 'caf\u00e9' }),
        Cookie: 'a=1; b=2',
        Authorization: 'Basic eDp5',
        'User-Agent': 'client/1',
        Accept: 'text/x',
        'Sec-Fetch-Mode': 'navigate',
        Referer: 'http://a.example/x',
        Origin: 'http://a.example',
      },
    });
    const { rawHeaders, headers } = seen();
    expect(fieldsOf(rawHeaders, 'x-twice').join(', ')).toBe('one, two');
    expect(headers).toMatchObject({
      ...(can(name, 'latin1ToUpstream') && { 'x-latin': 'caf\u00e9' }),
      cookie: 'a=1; b=2',
      authorization: 'Basic eDp5',
      'user-agent': 'client/1',
      accept: 'text/x',
      'sec-fetch-mode': 'navigate',
      referer: 'http://a.example/x',
      origin: 'http://a.example',
    });
  });

  it('adds no field except X-Forwarded-* and the like', async () => {
    line().respond = (_, response) => response.end();
    await sendRaw(line().gateway.port, `GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n`);
    const ours = ['x-forwarded-for', 'x-forwarded-host', 'x-forwarded-port', 'x-forwarded-proto'];
    const known = new Set(['connection', 'host', 'x-real-ip', ...ours]);
    const added = namesOf(seen().rawHeaders).filter((field) => !known.has(field));
    expect(added).toEqual(ADDED[name]);
  });

  it("removes the fields of the client's connection", async () => {
    line().respond = (_, response) => response.end('ok');
    const { status } = await sendRaw(
      line().gateway.port,
      'GET / HTTP/1.1\r\nHost: h\r\nConnection: close, X-Hop, TE\r\nX-Hop: 1\r\nKeep-Alive: timeout=9\r\n' +
        'Proxy-Connection: keep-alive\r\nTE: gzip;q=0.5\r\nHTTP2-Settings: AAMA\r\nX-Stays: 1\r\n\r\n',
    );
    expect(status).toBe(200);
    const names = namesOf(seen().rawHeaders);
    for (const field of ['http2-settings', 'keep-alive', 'proxy-connection', 'te', 'x-hop']) {
      expect(names).not.toContain(field);
    }
    expect(seen().headers['x-stays']).toBe('1');
    expect(seen().headers.connection).not.toBe('close, X-Hop, TE');
  });

  it('keeps framing and Host even if Connection names them', async () => {
    line().respond = (_, response) => response.end('ok');
    const { status } = await sendRaw(
      line().gateway.port,
      'POST / HTTP/1.1\r\nHost: h\r\nConnection: close, Content-Length, Host\r\nContent-Length: 4\r\n\r\nbody',
    );
    expect([status, seen().body.toString(), seen().headers.host]).toEqual([
      200,
      'body',
      can(name, 'hostToUpstream') ? 'h' : line().upstream.node,
    ]);
  });

  it('methods in lower case', async () => {
    // The upstream is a raw socket: Node's HTTP server would refuse these methods.
    let got = '';
    const upstream = await socketOrigin((socket, head) => {
      got = head;
      socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    });
    const node = { uri: '/lower', upstream: { nodes: { [upstream.node]: 1 } } };
    await line().gateway.put('lower', node);
    const { status } = await sendRaw(
      line().gateway.port,
      'patch /lower HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 0\r\n\r\n',
    );
    expect(status).toBe(can(name, 'lowerCaseMethods') ? 200 : 501);
    expect(got.startsWith('patch /lower ')).toBe(can(name, 'lowerCaseMethods'));
    await upstream.close();
  });

  it('keeps connections with the upstream', async () => {
    line().respond = (_, response) => response.end('ok');
    await send(line().gateway.url, '/');
    let connections = 0;
    const count = () => (connections += 1);
    line().upstream.server.on('connection', count);
    for (let i = 0; i < 10; i += 1) await send(line().gateway.url, '/');
    line().upstream.server.off('connection', count);
    expect(connections).toBeLessThan(3);
  });
}

/** Fields that the runtime's client always adds. */
const ADDED: Readonly<Record<TestRuntime['name'], readonly string[]>> = {
  node: [],
  deno: [],
  bun: [],
  workers: ['cf-worker'],
};
