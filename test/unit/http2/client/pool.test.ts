import { type AddressInfo, createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { destination } from '../../../../src/http/destination.ts';
import type { TransportError } from '../../../../src/http/transport.ts';
import { http1SendCopy } from '../../../../src/http1/client/call.ts';
import { createLookup } from '../../../../src/http1/client/names/lookup.ts';
import { Names } from '../../../../src/http1/client/names/names.ts';
import type { Pool } from '../../../../src/http1/client/pool.ts';
import { SESSION_PHASES } from '../../../../src/http2/client/phases.ts';
import { createHttp2Pool } from '../../../../src/http2/client/pool.ts';
import { DOUBTFUL_MS } from '../../../../src/http2/client/limits.ts';
import { Session } from '../../../../src/http2/client/session.ts';
import { echo, grpcOrigin, type GrpcOrigin, type Serve } from '../../../support/grpc-origin.ts';
import { until } from '../../../support/until.ts';

const opened: { close(): unknown }[] = [];
/** All changes of phases that were seen. */
const seen = new Set<string>();

beforeEach(() => {
  seen.clear();
  Session.onPhase = (from, to) => seen.add(`${from} > ${to}`);
});
afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all(opened.splice(0).map((one) => one.close()));
  Session.onPhase = null;
});

async function server(serve: Serve = echo): Promise<GrpcOrigin> {
  const one = await grpcOrigin(serve);
  opened.push(one);
  return one;
}

function poolOf(most?: number): Pool {
  const pool = createHttp2Pool({
    names: new Names(createLookup()),
    secureOptions: () => ({}),
    shortage: () => null,
    ...(most !== undefined && { most }),
  });
  opened.push({ close: () => pool.destroy() });
  return pool;
}

/** Sends a call that has no message, and resolves with the status or the kind of failure. */
function ask(pool: Pool, { url }: Pick<GrpcOrigin, 'url'>, lifeMs = 5000): Promise<unknown> {
  const timeouts = { connect: 5000, send: 5000, read: 5000 };
  const headers = ['Host', 'h'];
  const to = destination(url);
  const request = { destination: to, target: '/', method: 'POST', headers, body: null, timeouts };
  return http1SendCopy(pool)(request, lifeMs).done.then(
    ({ status }) => status,
    (error: TransportError) => error.kind,
  );
}

/** Lets no call end before it is called. */
function holding(): Serve & { go(): void } {
  const held: (() => void)[] = [];
  return Object.assign<Serve, { go(): void }>(
    (stream, call) => held.push(() => echo(stream, call)),
    {
      go: () => held.splice(0).forEach((end) => end()),
    },
  );
}

describe('the limit of connections to all servers', () => {
  it('has those closed that have been idle longest', async () => {
    const servers = [await server(), await server(), await server()] as const;
    const pool = poolOf(2);
    const connections = () => servers.map(({ sessions }) => sessions.size).join();
    for (const one of servers) expect(await ask(pool, one)).toBe(200);
    await until(() => connections() === '0,1,1', 5000, 'the first to be closed');
    expect(await ask(pool, servers[0])).toBe(200);
    await until(() => connections() === '1,0,1', 5000, 'the second to be closed');
  });

  it('keeps nobody from opening more while all are in use', async () => {
    const held = [holding(), holding(), holding()] as const;
    const servers = await Promise.all(held.map((serve) => server(serve)));
    const pool = poolOf(2);
    const asked = servers.map((one) => ask(pool, one));
    await until(() => servers.every(({ seen: calls }) => calls.length === 1), 5000, 'all calls');
    held.forEach(({ go }) => go());
    expect(await Promise.all(asked)).toEqual([200, 200, 200]);
  });
});

describe('the phases of a connection', () => {
  it('are those of the table, and each change that can be brought about is one of them', async () => {
    const hold = holding();
    const one = await server(hold);
    const pool = poolOf();
    const calls = () => one.seen.length;

    // Nobody waits any more for a connection that is being opened.
    const hangs = createServer();
    opened.push({ close: () => hangs.close() });
    await new Promise<void>((resolve) => hangs.listen(0, '127.0.0.1', resolve));
    const { port } = hangs.address() as AddressInfo;
    expect(await ask(pool, { url: `grpc://127.0.0.1:${port}` }, 50)).toBe('timeout');

    // The server says that it will close, while a call is under way.
    const leaving = ask(pool, one);
    await until(() => calls() === 1, 5000, 'a call');
    one.sessions.forEach((session) => session.goaway(0));
    await until(() => seen.has('ready > leaving'), 5000, 'GOAWAY');
    hold.go();
    expect(await leaving).toBe(200);

    // After a silence the server is asked for a sign of life.
    one.serve = echo;
    expect(await ask(pool, one)).toBe(200);
    const { now } = performance;
    vi.spyOn(performance, 'now').mockImplementation(() => now.call(performance) + DOUBTFUL_MS);
    expect(await ask(pool, one)).toBe(200);
    pool.destroy();
    await until(() => seen.has('ready > over'), 5000, 'the end');

    const all = Object.entries(SESSION_PHASES).flatMap(([from, next]) =>
      next.map((to) => `${from} > ${to}`),
    );
    expect(all).toEqual(expect.arrayContaining([...seen]));
    expect([...seen].toSorted()).toEqual([
      'doubtful > ready',
      'leaving > over',
      'opening > over',
      'opening > ready',
      'ready > doubtful',
      'ready > leaving',
      'ready > over',
    ]);
  });
});
