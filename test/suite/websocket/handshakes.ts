import { Agent } from 'node:http';
import { connect } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { send, type Send } from '../../support/client.ts';
import { origin } from '../../support/origin.ts';
import { freePort } from '../../support/ports.ts';
import { until } from '../../support/until.ts';
import { openWebSocket, type Peer, webSocketOrigin } from '../../support/websocket.ts';
import { can } from '../platform.ts';
import type { WebSockets } from '../websocket.ts';

/** The fields that browsers send. */
const HANDSHAKE = {
  connection: 'keep-alive, Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
};

/** What begins a WebSocket, and what does not. */
export function handshakes(sockets: WebSockets): void {
  const { runtime, stage, put } = sockets;

  /** What the upstream got of a request that it treated like any other. */
  async function ordinary(headers: Record<string, string>, options: Send, rest: object = {}) {
    const target = `/${await put('ordinary', stage.upstream, rest)}`;
    const got = await send(stage.gateway.url, target, { ...options, headers, agent: false });
    expect(got.status).toBe(200);
    return stage.upstream.seen.find(({ url }) => url === target)!;
  }

  it('carry path, query and fields', async () => {
    const id = await put('carried', sockets.upstream);
    const target = `/${id}?a=1&b=%2F`;
    const { socket } = await openWebSocket(stage.gateway.url, target, {
      origin: 'http://shop.example',
      headers: { cookie: 'sid=7', 'x-own': '1' },
    });
    const seen = sockets.upstream.peers.find(({ request }) => request!.url === target);
    expect(seen?.request!.headers).toMatchObject({
      origin: 'http://shop.example',
      cookie: 'sid=7',
      'x-own': '1',
      'x-forwarded-proto': 'http',
    });
    socket.close();
  });

  it('bring the fields of the 101', async () => {
    const upstream = await webSocketOrigin();
    onTestFinished(() => upstream.close());
    upstream.sockets.on('headers', (fields) => fields.push('Set-Cookie: sid=8', 'X-Own: 2'));
    const id = await put('fields', upstream);
    const { response } = await openWebSocket(stage.gateway.url, `/${id}`);
    expect(response!.headers).toMatchObject({
      connection: 'Upgrade',
      upgrade: 'websocket',
      'set-cookie': ['sid=8'],
      'x-own': '2',
    });
  });

  it('follow other requests on the same connections', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    const target = `/${await put('kept', sockets.upstream)}`;
    for (let i = 0; i < 3; i++)
      expect((await send(stage.gateway.url, target, { agent })).status).toBe(200);
    const client = await openWebSocket(stage.gateway.url, target, { agent });
    client.socket.send('still in step?');
    await until(() => client.messages.length === 1, 5000, 'the echo');
    client.socket.close();
  });

  it('negotiate a subprotocol', async () => {
    const upstream = await webSocketOrigin(undefined, { handleProtocols: () => 'chat.v2' });
    onTestFinished(() => upstream.close());
    const id = await put('subprotocol', upstream);
    const protocols = ['chat.v1', 'chat.v2'];
    const { socket } = await openWebSocket(stage.gateway.url, `/${id}`, { protocols });
    const asked = upstream.peers[0]!.request!.headers['sec-websocket-protocol'];
    expect([socket.protocol, asked?.split(/, */)]).toEqual(['chat.v2', protocols]);
  });

  it('negotiate compression', async () => {
    const upstream = await webSocketOrigin(undefined, { perMessageDeflate: true });
    onTestFinished(() => upstream.close());
    const id = await put('deflate', upstream);
    const client = await openWebSocket(stage.gateway.url, `/${id}`, { perMessageDeflate: true });
    expect(client.socket.extensions).toContain('permessage-deflate');
    expect(upstream.peers[0]!.socket.extensions).toContain('permessage-deflate');
    const text = 'the same again, '.repeat(10_000);
    client.socket.send(text);
    await until(() => client.messages.length === 1, 5000, 'the echo');
    expect([upstream.peers[0]!.messages, client.messages]).toEqual([[text], [text]]);
  });

  it('lose no bytes that follow them at once', async () => {
    const upstream = await webSocketOrigin(({ socket }) => socket.send('early answer'));
    onTestFinished(() => upstream.close());
    const id = await put('early', upstream);
    const fields = Object.entries(HANDSHAKE).map(([name, value]) => `${name}: ${value}\r\n`);
    // A text frame whose mask is zero.
    const frame = `\x81\x85\0\0\0\0early`;
    const socket = connect(stage.gateway.port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    let got = '';
    socket.setEncoding('latin1').on('data', (text: string) => (got += text));
    socket.write(`GET /${id} HTTP/1.1\r\nHost: h\r\n${fields.join('')}\r\n${frame}`, 'latin1');
    await until(() => got.includes('early answer'), 5000, 'the message of the upstream');
    await until(() => upstream.peers[0]?.messages.length === 1, 5000, 'the message of the client');
    const [{ messages, request }] = upstream.peers as [Peer];
    expect(messages).toEqual(['early']);
    const sameKey = request!.headers['sec-websocket-key'] === HANDSHAKE['sec-websocket-key'];
    expect(sameKey).toBe(can(runtime.name, 'rawWebSockets'));
    expect(got).toMatch(/^HTTP\/1\.1 101 /);
    expect(got.slice(got.indexOf('\r\n\r\n') + 4)).toBe('\x81\x0cearly answer');
  });

  it.each([
    [401, { 'www-authenticate': 'Bearer' }],
    [426, { 'sec-websocket-version': '13' }],
    [302, { location: 'http://127.0.0.1:1/elsewhere' }],
    [200, { 'x-a': '1' }],
    [503, { 'retry-after': '3' }],
  ])('that the upstream refuses with %i get that response', async (status, headers) => {
    const upstream = await origin((_, response) => response.writeHead(status, headers).end('why'));
    onTestFinished(() => upstream.close());
    const id = await put('refused', upstream);
    const got = await send(stage.gateway.url, `/${id}`, { headers: HANDSHAKE, agent: false });
    expect([got.status, got.body.toString()]).toEqual([status, 'why']);
    expect(got.headers).toMatchObject(headers);
    expect(upstream.seen[0]!.headers).toMatchObject({
      connection: 'Upgrade',
      upgrade: 'websocket',
    });
  });

  it('are retried on the next node when one is down', async () => {
    const nodes = { [`127.0.0.1:${await freePort()}`]: 1, [sockets.upstream.node]: 1 };
    const id = await put('next-node', sockets.upstream, { upstream: { nodes } });
    for (let i = 0; i < 3; i++) {
      const { socket } = await openWebSocket(stage.gateway.url, `/${id}`);
      socket.close();
    }
    const reached = sockets.upstream.peers.filter(({ request }) => request!.url === `/${id}`);
    expect(reached).toHaveLength(3);
  });

  it('get 502 when there is no other node', async () => {
    const node = `127.0.0.1:${await freePort()}`;
    const id = await put('down', { node });
    const got = await send(stage.gateway.url, `/${id}`, { headers: HANDSHAKE, agent: false });
    expect(got.status).toBe(502);
  });

  it.each([[{ enable_websocket: false }], [{ enable_websocket: undefined }]])(
    'are ordinary requests on a route with %j',
    async (rest) => {
      const { headers } = await ordinary(HANDSHAKE, {}, rest);
      expect(headers.upgrade).toBeUndefined();
      expect(headers.connection ?? '').not.toMatch(/upgrade/i);
      expect(headers['sec-websocket-version']).toBe('13');
    },
  );

  it.each<[upgrade: string, request: Send & { connection?: string }]>([
    ['h2c', {}],
    ['h2c, websocket', {}],
    ['websocket', { method: 'POST' }],
    ['websocket', { body: 'body' }],
    ['websocket', { connection: 'keep-alive' }],
  ])(
    'are ordinary requests with %s and %j',
    async (upgrade, { connection = 'Upgrade', ...options }) => {
      const { method, headers } = await ordinary({ ...HANDSHAKE, connection, upgrade }, options);
      const recognised = upgrade !== 'websocket' || can(runtime.name, 'onlyHandshakes');
      expect(headers.upgrade).toBe(recognised ? undefined : 'websocket');
      expect(method).toBe(recognised ? (options.method ?? 'GET') : 'GET');
    },
  );
}
