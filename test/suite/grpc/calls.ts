import { expect, it } from 'vitest';
import { authority } from '../../support/certificate.ts';
import { send, sendRaw } from '../../support/client.ts';
import { echo, grpcOrigin } from '../../support/grpc-origin.ts';
import { type Ask, ask, begin, responseOf } from '../../support/http2-client.ts';
import { freePort } from '../../support/ports.ts';
import { block, FLAG, FRAME, frame, get, RawHttp2 } from '../../support/http2-frames.ts';
import { until } from '../../support/until.ts';
import type { GrpcScene } from '../grpc.ts';

const MIB = 1024 * 1024;

/** Fields that a client of gRPC sends. */
export const GRPC = { 'content-type': 'application/grpc', te: 'trailers', 'grpc-timeout': '5S' };

/** A call whose messages are still to be written. */
export const STREAM: Ask = { method: 'POST', headers: GRPC, body: '', chunked: true };

/** What passes between a client and a server of gRPC. */
export function calls(scene: () => GrpcScene): void {
  const post = { method: 'POST', headers: GRPC };

  it('passes with its fields, bytes and trailers', async () => {
    const { session, upstream, put } = scene();
    await put('plain');
    const headers = { ...GRPC, ':authority': 'a.test', 'x-multi': ['1', '2'], constructor: 'x' };
    const got = await ask(session, '/plain/Call', { ...post, headers, body: 'message' });
    expect([got.status, got.body.toString()]).toEqual([200, 'message']);
    expect(got.headers).toMatchObject({ 'content-type': 'application/grpc', 'x-head': 'a, b' });
    expect(got.rawHeaders.filter((_, i) => got.rawHeaders[i - 1] === 'x-head')).toEqual(['a', 'b']);
    expect(got.trailers).toMatchObject({ 'grpc-status': '0', 'x-tail': 'c' });
    const [{ headers: seen, rawHeaders, body }] = upstream.seen as [(typeof upstream.seen)[0]];
    expect(body.toString()).toBe('message');
    expect(seen).toMatchObject({
      ':method': 'POST',
      ':path': '/plain/Call',
      ':scheme': 'http',
      ':authority': 'a.test',
      te: 'trailers',
      'grpc-timeout': '5S',
      'content-type': 'application/grpc',
      constructor: 'x',
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'http',
    });
    expect(rawHeaders.filter((_, i) => rawHeaders[i - 1] === 'x-multi')).toEqual(['1', '2']);
    expect(rawHeaders).not.toContain('connection');
  });

  it('keeps an error without a message: the head is the end', async () => {
    const { session, upstream, put } = scene();
    await put('error');
    upstream.serve = (stream) =>
      stream.respond({ 'grpc-status': '5', 'grpc-message': 'no such thing' }, { endStream: true });
    const stream = begin(session, '/error/Call', { ...post, body: 'x' });
    const flags = new Promise((resolve) =>
      stream.once('response', (_headers, flag) => resolve(flag)),
    );
    const got = responseOf(stream);
    stream.end('x');
    expect((await got).headers).toMatchObject({ 'grpc-status': '5' });
    // END_STREAM: else clients wait for trailers.
    expect((await flags) as number & 1).toBeTruthy();
  });

  it('goes on without HTTP2-Settings, which node:http2 throws at, in fields and trailers', async () => {
    const { gateway, upstream, put } = scene();
    await put('settings');
    const field = 'HTTP2-Settings: AAMA\r\n';
    const { status } = await sendRaw(
      gateway.port,
      `POST /settings/Call HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n${field}\r\n`,
      `1\r\nx\r\n0\r\nX-Sum: 1\r\n${field}\r\n`,
    );
    expect(status).toBe(200);
    const raw = await RawHttp2.open(gateway.port);
    const head = block(':method', 'POST', ...get('/settings/Call').slice(2), 'http2-settings', 'x');
    raw.send(
      frame(FRAME.HEADERS, FLAG.END_HEADERS, 1, head),
      frame(FRAME.DATA, 0, 1, Buffer.from('x')),
      frame(FRAME.HEADERS, FLAG.END_HEADERS | FLAG.END_STREAM, 1, block('http2-settings', 'x')),
    );
    expect(await raw.fate(1)).toBe('200');
    raw.socket.destroy();
    expect(upstream.seen.map(({ headers }) => headers['http2-settings'])).toEqual([
      undefined,
      undefined,
    ]);
  });

  it('goes both ways at once', async () => {
    const { session, put } = scene();
    await put('both');
    const stream = begin(session, '/both/Call', STREAM);
    const whole = responseOf(stream);
    let heard = '';
    stream.on('data', (part: Buffer) => (heard += part.toString()));
    for (let i = 0; i < 20; i++) {
      stream.write(`<${i}>`);
      await until(() => heard.endsWith(`<${i}>`), 5000, `message ${i}`);
    }
    stream.end();
    expect((await whole).trailers).toMatchObject({ 'grpc-status': '0' });
  });

  it('has its head before the first message of the client', async () => {
    const { session, put } = scene();
    await put('early');
    const stream = begin(session, '/early/Call', STREAM);
    await new Promise((resolve) => stream.once('response', resolve));
    const whole = responseOf(stream);
    stream.end('late');
    await new Promise((resolve) => stream.once('close', resolve));
    await whole.catch(() => {});
  });

  it('has messages of 16 MiB, each way', { timeout: 60_000 }, async () => {
    const { session, upstream, put } = scene();
    await put('large');
    upstream.serve = (stream, call) => {
      stream.on('end', () => {
        stream.respond({}, { waitForTrailers: true });
        stream.once('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
        stream.end(call.body);
      });
    };
    const body = Buffer.alloc(16 * MIB, 'abcdefghijklm');
    const got = await ask(session, '/large/Call', { ...post, body, chunked: true });
    expect(got.body.equals(body)).toBe(true);
    expect(got.trailers).toMatchObject({ 'grpc-status': '0' });
  });

  it.each([
    ['before the response', () => {}],
    ['after its head', echo],
  ] as const)(
    'that the client cancels %s is cancelled, and does not look whole',
    async (_, serve) => {
      const { session, upstream, put } = scene();
      await put('cancel');
      upstream.serve = serve;
      const stream = begin(session, '/cancel/Call', STREAM);
      stream.write('half');
      await until(() => upstream.seen[0]?.body.length === 4, 5000, 'the first message');
      // As grpc-js does: RST_STREAM without an end before.
      stream.destroy(new Error('cancelled'));
      await until(() => upstream.seen[0]!.ended !== null, 5000, 'the end of the call');
      expect(upstream.seen[0]).toMatchObject({ ended: 8, isWhole: false });
    },
  );

  it('that the server resets breaks off', async () => {
    const { session, upstream, put } = scene();
    await put('reset');
    upstream.serve = (stream) => {
      stream.respond({}, { waitForTrailers: true });
      stream.write('half');
      stream.once('data', () => stream.destroy(new Error('reset')));
    };
    const stream = begin(session, '/reset/Call', STREAM);
    const got = responseOf(stream);
    stream.once('data', () => stream.write('x'));
    await expect(got).rejects.toThrow(/^reset: INTERNAL_ERROR$/);
  });

  it('does not wait for another that the client does not read', async () => {
    const { session, upstream, put } = scene();
    await put('unread', {});
    upstream.serve = (stream, call) => {
      if (call.headers[':path'] !== '/unread/Large') return echo(stream, call);
      stream.respond();
      stream.end(Buffer.alloc(8 * MIB));
    };
    const large = begin(session, '/unread/Large', STREAM);
    large.pause();
    large.end();
    await new Promise((resolve) => large.once('response', resolve));
    for (let i = 0; i < 5; i++) await inTurns('/unread/Small');
    large.destroy();
  });

  it('does not wait for another that the server does not read', async () => {
    const { session, upstream, put } = scene();
    await put('untaken', {});
    upstream.serve = (stream, call) => {
      if (call.headers[':path'] === '/untaken/Large') stream.pause();
      else echo(stream, call);
    };
    const large = begin(session, '/untaken/Large', STREAM);
    large.write(Buffer.alloc(8 * MIB));
    await until(() => upstream.seen.length > 0, 5000, 'the large call');
    for (let i = 0; i < 5; i++) await inTurns('/untaken/Small');
    large.destroy();
  });

  /** Makes a call with a pause between head, messages and end, each way. */
  async function inTurns(path: string): Promise<void> {
    const stream = begin(scene().session, path, STREAM);
    const whole = responseOf(stream);
    let heard = '';
    stream.on('data', (part: Buffer) => (heard += part.toString()));
    await new Promise((resolve) => stream.once('response', resolve));
    for (const message of ['<one>', '<two>']) {
      stream.write(message);
      await until(() => heard.endsWith(message), 5000, message);
    }
    stream.end();
    expect((await whole).trailers).toMatchObject({ 'grpc-status': '0' });
  }

  it('of a client over HTTP/1.1 gets through as well', async () => {
    const { gateway, upstream, put } = scene();
    await put('old');
    const headers = { 'content-type': 'application/grpc', TE: 'trailers', Connection: 'TE' };
    const got = await send(gateway.url, '/old/Call', { method: 'POST', headers, body: 'x' });
    expect([got.status, got.body.toString(), got.trailers['grpc-status']]).toEqual([200, 'x', '0']);
    expect(upstream.seen[0]!.headers).toMatchObject({ te: 'trailers', 'content-length': '1' });
    expect(upstream.seen[0]!.headers.connection).toBeUndefined();
  });

  it('goes over TLS with grpcs, and to a certificate that is trusted alone', async () => {
    const { session, put } = scene();
    const { cert: ca, issue } = authority();
    const secure = await grpcOrigin(echo, issue('localhost', '127.0.0.1'));
    const upstream = { scheme: 'grpcs', nodes: { [`localhost:${secure.port}`]: 1 } };
    await put('tls', { upstream: { ...upstream, tls: { ca } } });
    const trailers = { 'grpc-status': '0' };
    const got = await ask(session, '/tls/Call', { ...post, body: 'x' });
    expect([got.status, got.trailers]).toEqual([200, expect.objectContaining(trailers)]);
    expect(secure.seen[0]!.headers[':scheme']).toBe('https');
    await put('tls', { upstream });
    expect((await ask(session, '/tls/Call', { ...post, body: 'x' })).status).toBe(502);
    await secure.close();
  });

  it('that nobody can serve gets a status that clients of gRPC know: UNAVAILABLE, UNIMPLEMENTED', async () => {
    const { session, put } = scene();
    await put('down', { upstream: { nodes: { [`127.0.0.1:${await freePort()}`]: 1 } } });
    expect((await ask(session, '/down/Call', { ...post, body: 'x' })).status).toBe(502);
    await put('none', { upstream: { nodes: {} } });
    expect((await ask(session, '/none/Call', { ...post, body: 'x' })).status).toBe(503);
    expect((await ask(session, '/nowhere/Call', { ...post, body: 'x' })).status).toBe(404);
  });
}
