import type { ServerResponse } from 'node:http';
import { connect as connectSocket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { GatewayProcess } from '../../runtimes/runtime.ts';
import { ask, begin, http2, responseOf } from '../../support/http2-client.ts';
import { FRAME, get, RawHttp2 } from '../../support/http2-frames.ts';
import { route } from '../../support/origin.ts';
import { NOT_HTTP2 } from '../../support/raw-http2-origin.ts';
import { until } from '../../support/until.ts';
import type { Http2Scene } from '../http2.ts';

const LIMIT_MS = 10_000;
const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
const SETTINGS = '\0\0\0\x04\0\0\0\0\0';

/** How connections over HTTP/2 begin and end, and how many there may be. */
export function connections(scene: () => Http2Scene): void {
  const started: GatewayProcess[] = [];
  afterEach(() => Promise.all(started.splice(0).map((gateway) => gateway.stop())));

  async function start(env: Readonly<Record<string, string>>): Promise<GatewayProcess> {
    const gateway = await scene().runtime.start({
      routes: [{ id: '1', ...route(scene().upstream) }],
      env,
    });
    started.push(gateway);
    return gateway;
  }
  /** Has each response of the upstream wait. */
  function hold(): (() => void)[] {
    const held: (() => void)[] = [];
    scene().respond = (_, response) => held.push(() => response.end('held'));
    return held;
  }
  /** Writes texts one after the other, and returns what came back once it matches. */
  async function talk(texts: readonly string[], wanted: RegExp): Promise<string> {
    const socket = connectSocket(scene().gateway.port, '127.0.0.1');
    let got = '';
    socket.on('error', () => {});
    socket
      .setNoDelay()
      .setEncoding('latin1')
      .on('data', (part) => (got += part));
    for (const text of texts) {
      socket.write(text, 'latin1');
      await new Promise(setImmediate);
    }
    await until(() => wanted.test(got), LIMIT_MS, `${wanted}`);
    socket.destroy();
    return got;
  }

  describe('begin', () => {
    it('with a preface in one piece, or byte by byte', async () => {
      // The frame of the gateway's own settings.
      const settings = /^\0\0[^]{7}/;
      await talk([PREFACE + SETTINGS], settings);
      await talk([...PREFACE, ...SETTINGS], settings);
    });

    it.each([
      ['behind a request', `GET / HTTP/1.1\r\nHost: a\r\n\r\n${PREFACE}`],
      ['behind an empty line', `\r\n${PREFACE}`],
    ])('but not %s', async (_, text) => {
      await talk([text], /HTTP\/1\.1 505 /);
    });

    it('and end where the rest of the preface is wrong', async () => {
      const socket = connectSocket(scene().gateway.port, '127.0.0.1');
      socket.on('error', () => {}).resume();
      socket.write('PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n');
      await until(() => socket.closed, LIMIT_MS, 'the end');
      expect((await ask(await scene().open(), '/after')).status).toBe(200);
    });

    it('and end where no request follows in time', async () => {
      const raw = await RawHttp2.open(scene().gateway.port);
      await until(() => raw.isClosed, LIMIT_MS, 'the end');
      expect(raw.frames.some(({ type }) => type === FRAME.GOAWAY)).toBe(true);
    });
  });

  it.each(Object.entries(NOT_HTTP2))(
    'that go on with %s end at once, with what the upstream does for them',
    async (_, bytes) => {
      const raw = await RawHttp2.open(scene().gateway.port);
      const responses = new Set<ServerResponse>();
      scene().respond = (_request, response) => {
        responses.add(response);
        response.once('close', () => responses.delete(response));
      };
      raw.request(1, get('/held'));
      await until(() => responses.size === 1, LIMIT_MS, 'the request');
      raw.send(bytes);
      await until(() => raw.isClosed && responses.size === 0, LIMIT_MS, 'the end of both');
    },
  );

  it('reach the control plane and its Web requests', async () => {
    const session = await scene().open();
    const headers = { 'x-api-key': 'test-key' };
    const body = JSON.stringify({
      uri: '/put',
      upstream: { nodes: { [scene().upstream.node]: 1 } },
    });
    const put = await ask(session, '/apisix/admin/routes/put', { method: 'PUT', headers, body });
    expect(put.status).toBe(201);
    const page = await ask(session, '/apisix/prometheus/metrics', { headers });
    expect(page.body.toString()).toContain('gateway_requests_total');
    expect((await ask(session, '/apisix/admin/routes')).status).toBe(401);
  });

  it('with no ADMIN_KEY, reach it from this machine alone', async () => {
    const gateway = await scene().runtime.start({ adminKey: null });
    started.push(gateway);
    const session = await http2(gateway.url);
    expect((await ask(session, '/apisix/admin/routes')).status).toBe(200);
    const headers = { ':authority': 'a.test' };
    expect((await ask(session, '/apisix/admin/routes', { headers })).status).toBe(403);
    session.destroy();
  });

  describe('at MAX_CONNECTIONS', () => {
    it('those without a request make room', async () => {
      const gateway = await start({ MAX_CONNECTIONS: '2' });
      const idle = [await http2(gateway.url), await http2(gateway.url)];
      for (const session of idle) {
        session.on('error', () => {});
        expect((await ask(session, '/idle')).status).toBe(200);
      }
      const further = await http2(gateway.url);
      expect((await ask(further, '/further')).status).toBe(200);
      await until(() => idle[0]!.destroyed, LIMIT_MS, 'the first to make room');
      expect(idle[1]!.destroyed).toBe(false);
      for (const session of [...idle, further]) session.destroy();
    });

    it('those with one do not', async () => {
      const gateway = await start({ MAX_CONNECTIONS: '1' });
      const held = hold();
      const busy = await http2(gateway.url);
      const response = ask(busy, '/busy');
      await until(() => held.length === 1, LIMIT_MS, 'the request');
      await expect(http2(gateway.url)).rejects.toThrow();
      held[0]!();
      expect((await response).status).toBe(200);
      busy.destroy();
    });
  });

  it('after SIGTERM, end with the responses that are under way', async () => {
    const gateway = await start({});
    const held = hold();
    const [busy, idle] = [await http2(gateway.url), await http2(gateway.url)];
    let saidGoodbye = 0;
    for (const session of [busy, idle]) session.once('goaway', () => saidGoodbye++);
    const response = responseOf(begin(busy, '/busy'));
    await until(() => held.length === 1, LIMIT_MS, 'the request');
    gateway.program.signal('SIGTERM');
    await until(() => saidGoodbye === 2 && idle.destroyed, LIMIT_MS, 'GOAWAY');
    held[0]!();
    expect((await response).body.toString()).toBe('held');
    expect(await gateway.program.exited).toBe(0);
  });

  it('serve HTTP/1.1 beside it, on either port', async () => {
    const raw = await RawHttp2.open(scene().gateway.port);
    raw.request(1, get('/one'));
    expect(await raw.fate(1)).toBe('200');
    expect(await talk(['GET /two HTTP/1.1\r\nHost: a\r\n\r\n'], /\n$/)).toMatch(/^HTTP\/1\.1 200 /);
    raw.socket.destroy();
  });
}
