import { connect, createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { origin } from '../../support/origin.ts';
import { echo, grpcOrigin, type GrpcOrigin } from '../../support/grpc-origin.ts';
import { ask, begin, responseOf } from '../../support/http2-client.ts';
import { NOT_HTTP2, OK_HEAD, rawHttp2Origin } from '../../support/raw-http2-origin.ts';
import { until } from '../../support/until.ts';
import type { GrpcScene } from '../grpc.ts';
import { GRPC, STREAM } from './calls.ts';

/** The gateway's connections to servers over HTTP/2. */
export function connections(scene: () => GrpcScene): void {
  const post = { method: 'POST', headers: GRPC, body: 'x' };
  const closing: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });
  async function own(...options: Parameters<typeof grpcOrigin>): Promise<GrpcOrigin> {
    const server = await grpcOrigin(...options);
    closing.push(() => server.close());
    return server;
  }
  const to = (server: { readonly node: string }, more = {}) => ({
    upstream: { nodes: { [server.node]: 1 }, retries: 0, ...more },
  });
  const statusOf = async (path: string) => (await ask(scene().session, path, post)).status;
  const used = ({ seen }: GrpcOrigin) => seen.map(({ connection }) => connection);

  it('carries many calls, one beside the other', async () => {
    const server = await own();
    await scene().put('many', to(server));
    for (let i = 0; i < 3; i++) expect(await statusOf('/many/Call')).toBe(200);
    await Promise.all(Array.from({ length: 50 }, () => statusOf('/many/Call')));
    expect(new Set(used(server)).size).toBe(1);
  });

  it('carries no more at a time than the server allows', async () => {
    const waiting: (() => void)[] = [];
    const server = await own((stream, call) => waiting.push(() => echo(stream, call)), {
      settings: { maxConcurrentStreams: 2 },
    });
    await scene().put('allowed', to(server));
    const all = Array.from({ length: 6 }, () => statusOf('/allowed/Call'));
    await until(() => waiting.length === 6, 5000, 'six calls');
    for (const respond of waiting) respond();
    expect(await Promise.all(all)).toEqual([200, 200, 200, 200, 200, 200]);
    const counts = new Map<number, number>();
    for (const connection of used(server))
      counts.set(connection, (counts.get(connection) ?? 0) + 1);
    expect(Math.max(...counts.values())).toBeLessThanOrEqual(2);
  });

  it('carries as many in all as keepalive_pool says, and is closed when idle for so long', async () => {
    const server = await own();
    const keepalive_pool = { requests: 2, idle_timeout: 0.5 };
    await scene().put('kept', to(server, { keepalive_pool }));
    for (let i = 0; i < 5; i++) expect(await statusOf('/kept/Call')).toBe(200);
    expect(used(server)).toEqual([1, 1, 2, 2, 3]);
    await until(() => server.sessions.size === 0, 5000, 'that idle connections are closed');
  });

  it('that the server ends (GOAWAY) loses no call', async () => {
    const server = await own((stream, call) => {
      // The second call of the first connection comes too late.
      if (call.connection > 1 || server.seen.length === 1) return echo(stream, call);
      const { session, id } = stream;
      session!.goaway(0, id! - 2);
      // Once the gateway has read that: what a reset overtakes is lost.
      session!.ping(() => session!.destroy());
    });
    await scene().put('ended', to(server));
    for (let i = 0; i < 3; i++) expect(await statusOf('/ended/Call')).toBe(200);
    expect(used(server)).toEqual([1, 1, 2, 2]);
  });

  it('that the server ends lets calls in flight end', async () => {
    const { session, put } = scene();
    let respond = () => {};
    const server = await own((stream, call) => {
      if (server.seen.length > 1) return echo(stream, call);
      respond = () => echo(stream, call);
      stream.session!.close();
    });
    await put('graceful', to(server));
    const first = statusOf('/graceful/Call');
    await until(() => server.seen.length === 1, 5000, 'the first call');
    expect((await ask(session, '/graceful/Call', post)).status).toBe(200);
    respond();
    expect(await first).toBe(200);
    expect(used(server)).toEqual([1, 2]);
  });

  it('sends a call again that the server has refused unseen', async () => {
    const server = await own((stream, call) => {
      if (server.seen.length === 1) stream.close(7);
      else echo(stream, call);
    });
    await scene().put('refused', to(server));
    expect(await statusOf('/refused/Call')).toBe(200);
    expect(server.seen.length).toBe(2);
  });

  it('does not send a call again that the server may have seen', async () => {
    const server = await own((stream) => stream.session!.destroy());
    await scene().put('seen', to(server));
    expect(await statusOf('/seen/Call')).toBe(502);
    expect(server.seen.length).toBe(1);
  });

  it('goes to the next node when one is down', async () => {
    const server = await own();
    const nodes = { '127.0.0.1:1': 1, [server.node]: 1 };
    await scene().put('next', { upstream: { nodes } });
    for (let i = 0; i < 4; i++) expect(await statusOf('/next/Call')).toBe(200);
  });

  it('to a server that has HTTP/1.1 alone, or says nothing, fails', async () => {
    const old = await origin();
    closing.push(() => old.close());
    await scene().put('old-server', to(old, { timeout: { connect: 2, send: 2, read: 2 } }));
    expect(await statusOf('/old-server/Call')).toBe(502);
    const sockets = new Set<Socket>();
    const silent = await listening(createServer((socket) => void sockets.add(socket)));
    closing.push(() => {
      for (const socket of sockets) socket.destroy();
      silent.close();
    });
    const timeout = { connect: 0.3, send: 2, read: 2 };
    await scene().put('silent', to({ node: nodeOf(silent) }, { timeout }));
    expect(await statusOf('/silent/Call')).toBe(504);
  });

  /** A server that goes on with such bytes, as the upstream of a route. It has longer to respond than a test. */
  async function goesOnWith(id: string, bytes: Uint8Array) {
    const server = await rawHttp2Origin(bytes);
    closing.push(server.close);
    await scene().put(id, to(server, { timeout: { connect: 60, send: 60, read: 60 } }));
    return server;
  }

  it.each(Object.entries(NOT_HTTP2))('that goes on with %s ends at once', async (what, bytes) => {
    const id = what.replaceAll(/\W/g, '-');
    const server = await goesOnWith(id, bytes);
    const all = Array.from({ length: 3 }, () => statusOf(`/${id}/Call`));
    expect(await Promise.all(all)).toEqual([502, 502, 502]);
    await until(() => server.open.size === 0, 5000, 'the end of the connection');
  });

  it('that goes on with what is not HTTP/2 ends the responses on it', async () => {
    await goesOnWith('half', Buffer.concat([OK_HEAD, NOT_HTTP2['a response of HTTP/1.1']]));
    await expect(statusOf('/half/Call')).rejects.toThrow(/INTERNAL_ERROR/);
  });

  it('that is dead is noticed before it is used again', { timeout: 20_000 }, async () => {
    const server = await own();
    const cable = await cut(server.port);
    closing.push(cable.close);
    await scene().put('dead', to({ node: cable.node }));
    expect(await statusOf('/dead/Call')).toBe(200);
    cable.cut();
    await new Promise((resolve) => setTimeout(resolve, 4100));
    expect(await statusOf('/dead/Call')).toBe(200);
    expect(used(server)).toEqual([1, 2]);
  });

  it('that breaks ends the calls on it', async () => {
    const { session, put } = scene();
    const server = await own();
    await put('broken', to(server));
    const stream = begin(session, '/broken/Call', STREAM);
    const got = responseOf(stream);
    stream.write('half');
    await new Promise((resolve) => stream.once('data', resolve));
    for (const one of server.sessions) one.destroy();
    await expect(got).rejects.toThrow(/^reset: /);
  });
}

/** A way to a port that can be cut, as by a firewall: from then on old connections carry nothing, and nobody is told. */
async function cut(port: number) {
  const sockets = new Set<Socket>();
  const server = await listening(
    createServer((near) => {
      const far = connect(port, '127.0.0.1');
      for (const socket of [near, far]) {
        sockets.add(socket);
        socket.on('error', () => {});
      }
      near.pipe(far);
      far.pipe(near);
    }),
  );
  return {
    node: nodeOf(server),
    cut() {
      for (const socket of sockets) socket.unpipe().pause();
    },
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

function listening(server: Server): Promise<Server> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

function nodeOf(server: Server): string {
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}
