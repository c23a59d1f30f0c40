import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PREPARE_MS, prepareServers, servers } from './middleware/servers.ts';
import { removeTemporary } from './package/project.ts';
import { send, type Send } from './support/client.ts';
import { type Respond, origin, type Origin } from './support/origin.ts';
import { line, type Program } from './support/process.ts';
import { until } from './support/until.ts';

const DOORS = ['fetch', 'app', 'route'] as const;

/** As Node does not by itself, also in response to HEAD. */
const ok: Respond = (_, response) => response.setHeader('content-length', 2).end('ok');

const JWT = 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.t-IDcSemACt8x4iTMCda8Yhe3iZaWbvV5XKSTbuAn0M';

/** Middleware that was added to `gateway.app`: what is asked, and what the client sees of it. */
const ADDED: readonly {
  readonly of: string;
  readonly asked?: Send;
  readonly status?: number;
  /** A chunked body over the limit, for which some versions of Hono have another status. */
  readonly over?: true;
  readonly field?: readonly [name: string, value: RegExp];
}[] = [
  { of: 'cors', field: ['access-control-allow-origin', /^\*$/] },
  { of: 'secured', field: ['x-frame-options', /^SAMEORIGIN$/] },
  { of: 'timed', field: ['server-timing', /total;dur=/] },
  { of: 'numbered', field: ['x-request-id', /^[\da-f-]{36}$/] },
  { of: 'password', status: 401, field: ['www-authenticate', /^Basic /] },
  { of: 'password', asked: { headers: { authorization: `Basic ${btoa('user:pass')}` } } },
  { of: 'token', status: 401 },
  { of: 'token', asked: { headers: { authorization: `Bearer ${JWT}` } } },
  { of: 'limited', asked: { method: 'POST', body: '0123456789ab' }, status: 413 },
  {
    of: 'limited',
    asked: { method: 'POST', body: '0123456789ab', chunks: 2 },
    status: 413,
    over: true,
  },
  { of: 'limited', asked: { method: 'POST', body: '0123456789' } },
  { of: 'limited', asked: { method: 'POST', body: '0123456789', chunks: 2 } },
  { of: 'logged' },
];

beforeAll(prepareServers, PREPARE_MS);
afterAll(removeTemporary);

describe.each(servers.map((one) => [one.name, one] as const))('behind %s', (_name, server) => {
  /** `undefined` if it did not start. */
  let program: Program | undefined;
  let upstream: Origin;
  let mirror: Origin;
  let url: string;

  beforeAll(async () => {
    [upstream, mirror] = await Promise.all([origin(ok), origin()]);
    program = await server.start('extended', upstream.url, mirror.url);
    url = `http://127.0.0.1:${(await line(program, /^(?:port |listening on .*:)(\d+)/m))[1]}`;
  });
  afterAll(async () => {
    program?.signal('SIGKILL');
    await Promise.all([program?.exited, upstream.close(), mirror.close()]);
  });

  const ask = (door: string, target: string, asked: Send = {}) =>
    send(url, target, { ...asked, headers: { ...asked.headers, 'x-door': door }, agent: false });
  const copied = (target: string) => mirror.seen.some(({ url: seen }) => seen === target);

  describe.each(DOORS)('by its %s', (door) => {
    it.each(ADDED.map((one, i) => [one.of, i, one] as const))(
      'middleware that was added runs before the proxy: %s (%i)',
      async (of, i, { asked, status = 200, over, field }) => {
        const target = `/${of}/${door}/${i}`;
        const got = await ask(door, target, asked);
        expect(got.status).toBe(over ? (server.statusOver ?? status) : status);
        if (field !== undefined) expect(got.headers[field[0]]).toMatch(field[1]);
        const seen = upstream.seen.find(({ url: path }) => path === target);
        expect(seen?.body.toString()).toBe(status === 200 ? (asked?.body ?? '') : undefined);
        if (status === 200) await until(() => copied(target), 5000, 'the copy');
      },
    );

    it('a route that was added answers, and nothing is proxied', async () => {
      expect((await ask(door, '/own')).body.toString()).toBe('own');
      expect(upstream.seen.some(({ url: path }) => path === '/own')).toBe(false);
    });

    it('the control plane is where it was', async () => {
      const { body } = await ask(door, '/apisix/status');
      expect(JSON.parse(body.toString())).toMatchObject({ status: 'ok' });
      expect((await ask(door, '/apisix/none')).status).not.toBe(200);
    });
  });

  it('the logger has seen a request by each door', async () => {
    const lines = JSON.parse((await ask('fetch', '/lines')).body.toString()) as string[];
    for (const door of DOORS)
      expect(lines.some((text) => text.includes(`--> GET /logged/${door}`))).toBe(true);
  });

  it.each([...DOORS, 'handler'])(
    'HEAD and what was not added are proxied by its %s',
    async (door) => {
      const head = await ask(door, `/plain/head/${door}`, { method: 'HEAD' });
      const get = await ask(door, `/plain/get/${door}`);
      expect([head.status, head.body.length, get.status]).toEqual([200, 0, 200]);
      expect(head.headers['content-length']).toBe(get.headers['content-length']);
      await until(() => copied(`/plain/get/${door}`), 5000, 'the copy');
    },
  );
});
