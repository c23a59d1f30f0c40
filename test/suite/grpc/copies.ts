import { type AddressInfo, createServer, type Socket } from 'node:net';
import { expect, it } from 'vitest';
import { echo, type Serve } from '../../support/grpc-origin.ts';
import { origin } from '../../support/origin.ts';
import { FRAME, frame } from '../../support/http2-frames.ts';
import { ask, begin, responseOf } from '../../support/http2-client.ts';
import { settled } from '../../support/outcomes.ts';
import { freePort } from '../../support/ports.ts';
import { NOT_HTTP2, rawHttp2Origin } from '../../support/raw-http2-origin.ts';
import { until } from '../../support/until.ts';
import type { GrpcScene } from '../grpc.ts';
import { GRPC, STREAM } from './calls.ts';

/** Of a mirror in the report. */
interface Report {
  readonly pairs: number;
  readonly endpoints: readonly { readonly differences: readonly { readonly place: string }[] }[];
}

/** Copies of calls, and what their mirrors can do. */
export function copies(scene: () => GrpcScene): void {
  const post = { method: 'POST', headers: GRPC };

  it('has the path, the fields and the bytes of the call', async () => {
    const { session, upstream, mirror, gateway, put } = scene();
    await put('same', { plugin: { path: '/not-for-grpc' } });
    const headers = { ...GRPC, ':authority': 'a.test', 'x-multi': ['1', '2'] };
    await ask(session, '/same/Call', { headers, method: 'POST', body: 'message', chunked: true });
    expect(await settled(gateway, 'same', 1)).toEqual({ 'sent 2xx': 1 });
    const [primary, copy] = [upstream.seen[0]!, mirror.seen[0]!];
    expect(copy.body).toEqual(primary.body);
    const { 'x-mirrored-by': mark, ...fields } = copy.headers;
    expect(mark).toBeDefined();
    expect({ ...fields }).toEqual({ ...primary.headers });
  });

  it('is made of a stream of messages once it is whole, and not if it is too long or breaks off', async () => {
    const { session, upstream, mirror, gateway, put } = scene();
    await put('stream', { plugin: { max_body_size: 1000 } });
    const stream = begin(session, '/stream/Call', STREAM);
    const got = responseOf(stream);
    stream.write('a'.repeat(400));
    await until(() => upstream.seen[0]?.body.length === 400, 5000, 'the first message');
    expect(mirror.seen).toEqual([]);
    stream.end('b'.repeat(400));
    await got;
    expect(await settled(gateway, 'stream', 1)).toEqual({ 'sent 2xx': 1 });
    expect(mirror.seen[0]!.body.toString()).toBe('a'.repeat(400) + 'b'.repeat(400));

    await ask(session, '/stream/Call', { ...post, body: 'x'.repeat(1001), chunked: true });
    const broken = begin(session, '/stream/Call', STREAM);
    broken.write('half');
    await until(() => upstream.seen[2]?.body.length === 4, 5000, 'half of a message');
    broken.destroy(new Error('cancelled'));
    expect(await settled(gateway, 'stream', 3)).toEqual({
      'sent 2xx': 1,
      'skipped body_too_large': 1,
      'skipped body_incomplete': 1,
    });
    expect(mirror.seen).toHaveLength(1);
  });

  it('goes to a mirror over HTTP/1.1 as well, and one of HTTP/1.1 to a mirror over HTTP/2', async () => {
    const { session, gateway, mirror, put } = scene();
    const old = await origin();
    await put('mixed', { plugin: { host: old.url } });
    await put('mixed-2', { upstream: { scheme: 'http', nodes: { [old.node]: 1 } }, plugin: {} });
    await ask(session, '/mixed/Call', { ...post, body: 'x' });
    await ask(session, '/mixed-2/Call', { ...post, body: 'y' });
    expect(await settled(gateway, 'mixed', 1)).toEqual({ 'sent 2xx': 1 });
    expect(await settled(gateway, 'mixed-2', 1)).toEqual({ 'sent 2xx': 1 });
    expect(old.seen.map(({ body }) => body.toString())).toEqual(['x', 'y']);
    expect(mirror.seen.map(({ body }) => body.toString())).toEqual(['y']);
    await old.close();
  });

  it('counts a status of gRPC that is an error as sent: HTTP says 200', async () => {
    const { session, mirror, gateway, put } = scene();
    await put('status', { plugin: {} });
    mirror.serve = (stream) => stream.respond({ 'grpc-status': '13' }, { endStream: true });
    const got = await ask(session, '/status/Call', { ...post, body: 'x' });
    expect(got.trailers).toMatchObject({ 'grpc-status': '0' });
    expect(await settled(gateway, 'status', 1)).toEqual({ 'sent 2xx': 1 });
  });

  it('is compared by the status of gRPC, wherever that stands, by trailers and by bytes', async () => {
    const { session, upstream, mirror, gateway, put } = scene();
    await put('compared', { plugin: { compare: true } });
    const ended: Serve = (stream) =>
      stream.respond({ 'grpc-status': '5', 'x-tail': 'c' }, { endStream: true });
    const trailing: Serve = (stream) => {
      stream.respond({}, { waitForTrailers: true });
      stream.once('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '5', 'x-tail': 'c' }));
      stream.end();
    };
    const pairs: [Serve, Serve][] = [
      [ended, trailing],
      [trailing, ended],
      [echo, echo],
      [echo, ended],
      [echo, (stream) => stream.respond({ ':status': 503 }, { endStream: true })],
    ];
    for (const [i, [primary, copy]] of pairs.entries()) {
      upstream.serve = primary;
      mirror.serve = copy;
      await ask(session, '/compared/Call', { ...post, body: 'message' });
      await settled(gateway, 'compared', i + 1);
    }
    let report: Report | undefined;
    await until(
      async () => {
        const response = await gateway.admin('admin/report?route=compared');
        [report] = ((await response.json()) as { mirrors: Report[] }).mirrors;
        return report?.pairs === pairs.length;
      },
      10_000,
      'all pairs in the report',
    );
    expect(report).toMatchObject({
      same: 3,
      different: 2,
      statuses: { 'grpc:0': { 'grpc:0': 1, 'grpc:5': 1, '5xx': 1 }, 'grpc:5': { 'grpc:5': 2 } },
    });
    const { differences } = report!.endpoints[0]!;
    expect(differences.find(({ place }) => place === 'grpc-status')).toMatchObject({
      kind: 'value',
      examples: [{ primary: '0', mirror: '5' }],
    });
  });

  it.each([
    ['dead', 'failed connect'],
    ['slow', 'failed timeout'],
    ['refuses', 'failed reset'],
    ['resets', 'sent 2xx'],
    ['has HTTP/1.1 alone', 'failed protocol'],
    ['goes on with HTTP/1.1', 'failed protocol'],
    ['responds without end', 'sent 2xx'],
  ] as const)('to a mirror that %s leaves the call alone', async (what, outcome) => {
    const { session, mirror, gateway, put } = scene();
    const id = what.replaceAll(/\W/g, '-');
    const old = await origin();
    const changed = await rawHttp2Origin(NOT_HTTP2['a response of HTTP/1.1']);
    const host = {
      dead: `grpc://127.0.0.1:${await freePort()}`,
      'has HTTP/1.1 alone': old.url.replace('http', 'grpc'),
      'goes on with HTTP/1.1': changed.url,
    };
    mirror.serve = (stream) => {
      if (what === 'refuses') return stream.close(7);
      if (what === 'slow') return;
      stream.respond();
      if (what === 'resets') stream.destroy(new Error('reset'));
      else pour(stream);
    };
    const plugin = {
      host: mirror.url,
      ...(what in host && { host: host[what as 'dead'] }),
      timeout: 1,
    };
    await put(id, { plugin });
    const all = Array.from({ length: 5 }, () =>
      ask(session, `/${id}/Call`, { ...post, body: 'x' }),
    );
    for (const { status, trailers } of await Promise.all(all)) {
      expect(status).toBe(200);
      expect(trailers).toMatchObject({ 'grpc-status': '0' });
    }
    expect(await settled(gateway, id, 5)).toEqual({ [outcome]: 5 });
    changed.close();
    await old.close();
  });

  it.each(['WINDOW_UPDATE', 'PING', 'SETTINGS', 'PRIORITY'] as const)(
    'to a mirror that floods with %s fails, and the connection ends',
    async (kind) => {
      const { session, gateway, put } = scene();
      const id = `floods-${kind}`;
      const flood = await flooding(kind);
      await put(id, { plugin: { host: `grpc://127.0.0.1:${flood.port}`, timeout: 10 } });
      const { status, trailers } = await ask(session, `/${id}/Call`, { ...post, body: 'x' });
      expect([status, trailers['grpc-status']]).toEqual([200, '0']);
      const [outcome] = Object.keys(await settled(gateway, id, 1));
      // Bun has a limit of its own for some.
      expect(outcome).toMatch(/^failed (?:protocol|reset)$/);
      await until(() => flood.open() === 0, 10_000, 'the end of the connection');
      flood.close();
    },
  );
}

/** A server that sends its settings and then frames of one kind, as fast as they are taken. */
async function flooding(kind: 'WINDOW_UPDATE' | 'PING' | 'SETTINGS' | 'PRIORITY') {
  const bytes = { WINDOW_UPDATE: 4, PING: 8, SETTINGS: 0, PRIORITY: 5 }[kind];
  const one = frame(FRAME[kind], 0, kind === 'PRIORITY' ? 1 : 0, Buffer.alloc(bytes, 1));
  const many = Buffer.concat(Array.from({ length: 1000 }, () => one));
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    const send = () => {
      while (!socket.destroyed && socket.write(many));
    };
    socket.on('drain', send).on('error', () => {});
    socket.once('close', () => sockets.delete(socket)).resume();
    socket.write(frame(FRAME.SETTINGS, 0, 0));
    socket.once('data', send);
  });
  await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done));
  return {
    port: (server.address() as AddressInfo).port,
    open: () => sockets.size,
    close: () => server.close(),
  };
}

function pour(stream: {
  write(bytes: Uint8Array): boolean;
  once(event: 'drain', then: () => void): unknown;
  readonly destroyed: boolean;
}): void {
  if (stream.destroyed) return;
  while (stream.write(new Uint8Array(64 * 1024)));
  stream.once('drain', () => pour(stream));
}
