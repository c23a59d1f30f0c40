import { afterEach, describe, expect, it, vi } from 'vitest';
import { ConfigError } from '../../src/config/error.ts';
import { createGateway, type GatewayOptions } from '../../src/gateway.ts';
import { type Reply, responseOf } from '../../src/http/messages.ts';
import type { Call, CopyResponse, TransportError } from '../../src/http/transport.ts';
import { directOf } from '../../src/runtime/direct.ts';
import { isFromThisMachine } from '../../src/runtime/sockets/this-machine.ts';
import { fetchRuntime } from '../../src/runtime/fetch/index.ts';
import { memoryStore } from '../../src/stores/memory.ts';
import type { GatewayEvent } from '../../src/telemetry/events.ts';
import { request as inbound } from './routes/request.ts';

afterEach(() => void vi.useRealTimers());

const ROUTE = {
  id: '1',
  uri: '/*',
  upstream: { nodes: { 'a:1': 1 } },
  plugins: { 'proxy-mirror': { host: 'http://m:1' } },
};

/** A gateway whose upstream answers at once, and whose mirror never does by itself. */
function setUp(options: GatewayOptions = { routes: [ROUTE] }) {
  const asked: string[] = [];
  const events: GatewayEvent[] = [];
  const runtime = {
    ...fetchRuntime(),
    isLocal: ({ headers }: Request) =>
      isFromThisMachine({ peer: '127.0.0.1', scheme: 'http' }, headers),
    forward({ method, target }: { method: string; target: string }): Call<Reply> {
      asked.push(`${method} ${target}`);
      return { done: Promise.resolve(new Response('upstream')), abort() {}, onOver() {} };
    },
    sendCopy(): Call<CopyResponse> {
      let abort!: (reason: TransportError) => void;
      const done = new Promise<CopyResponse>((_, fail) => (abort = fail));
      return { done, abort, onOver() {} };
    },
  };
  const onEvent = (event: GatewayEvent) => void events.push(event);
  const gateway = createGateway({ runtime, onEvent, ...options });
  const outcomes = () =>
    events.flatMap((event) => (event.type === 'copy' ? [event.outcome.reason] : []));
  return { gateway, asked, events, outcomes };
}

const get = (path: string, host = 'gateway.test', method = 'GET') =>
  new Request(`http://gateway.test${path}`, { method, headers: { host } });

describe.each(['fetch', 'app'] as const)('by way of its %s, a gateway', (way) => {
  function ask(options?: GatewayOptions) {
    const made = setUp(options);
    const serve = way === 'app' ? made.gateway.app.fetch : made.gateway.fetch;
    return { ...made, serve: async (request: Request) => serve(request) };
  }

  it('proxies all but the control plane', async () => {
    const { serve, asked } = ask();
    expect(await (await serve(get('/x?y', undefined, 'PATCH'))).text()).toBe('upstream');
    expect(await (await serve(get('/apisixes'))).text()).toBe('upstream');
    const routes = new Request('http://127.0.0.1/apisix/admin/routes');
    routes.headers.set('host', '127.0.0.1');
    expect(await (await serve(routes)).json()).toMatchObject({ total: 1 });
    expect(asked).toEqual(['PATCH /x?y', 'GET /apisixes']);
  });

  it.each(['/apisix', '/apisix/nothing', '/x/../apisix/nothing', '/%61pisix/nothing'])(
    'leaves %s to the control plane',
    async (path) => {
      const { serve, asked, events } = ask();
      const response = await serve(get(path));
      expect([response.status, asked, events]).toEqual([404, [], []]);
    },
  );

  it.each(['a/apisix/admin', 'user@a', 'a:70000', '[1.2.3.4]'])(
    'refuses a request with the Host %s',
    async (host) => {
      const { serve, asked, events } = ask();
      const response = await serve(get('/', host));
      expect([response.status, await response.json()]).toEqual([
        400,
        { error_msg: '400 Bad Request' },
      ]);
      expect([asked, events]).toEqual([[], []]);
    },
  );

  it('reads its routes from a store with the first request, which waits for them', async () => {
    const { serve, gateway } = ask({ store: memoryStore({ routes: [ROUTE] }) });
    expect(gateway.ready()).toBe(false);
    expect((await serve(get('/'))).status).toBe(200);
    expect(gateway.ready()).toBe(true);
  });

  it('waits for them with the first question to the control plane, too', async () => {
    const { serve } = ask({ store: memoryStore({ routes: [ROUTE] }), adminKey: 'secret' });
    expect((await serve(get('/apisix/status/ready'))).status).toBe(200);
  });

  it('responds with 503 where the store cannot be read, and reads it again after a while', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    let reads = 0;
    const broken = {
      ...memoryStore({ routes: [ROUTE] }),
      load: () => Promise.reject(new Error(`read ${++reads}`)),
    };
    const { serve } = ask({ store: broken });
    expect([(await serve(get('/'))).status, reads]).toEqual([503, 1]);
    expect([(await serve(get('/'))).status, reads]).toEqual([503, 1]);
    vi.setSystemTime(Date.now() + 1000);
    expect([(await serve(get('/'))).status, reads]).toEqual([503, 2]);
  });

  it('lets nobody into the control plane without its key, if it has one', async () => {
    const { serve } = ask({ routes: [ROUTE], adminKey: 'secret' });
    const path = '/apisix/admin/routes';
    expect((await serve(get(path))).status).toBe(401);
    const keyed = new Request(get(path), { headers: { 'x-api-key': 'secret' } });
    expect((await serve(keyed)).status).toBe(200);
  });
});

describe('options that are not valid', () => {
  const errorOf = (options: GatewayOptions): ConfigError => {
    try {
      createGateway(options);
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError);
      return error as ConfigError;
    }
    throw new Error('no error');
  };

  it('are refused with a code, and each fault with its place', () => {
    const { code, message, faults } = errorOf({
      trustedProxies: ['10.0.0.0/8', 'x', '1.2.3.4/99'],
    });
    expect(code).toBe('ERR_INVALID_CONFIG');
    expect(faults.map(({ path }) => path)).toEqual([
      ['trustedProxies', 1],
      ['trustedProxies', 2],
    ]);
    expect(message).toBe(
      'createGateway:\n' +
        '  trustedProxies[1]: expected an address or a range such as 10.0.0.0/8, found "x"\n' +
        '  trustedProxies[2]: expected an address or a range such as 10.0.0.0/8, found "1.2.3.4/99"',
    );
  });

  it('are routes beside a store', () => {
    const { message } = errorOf({ routes: [ROUTE], store: memoryStore({ routes: [] }) });
    expect(message).toBe(
      'createGateway: routes: expected either routes or a store, found both: leave one of them out',
    );
  });

  it('are routes that are not', () => {
    const { faults } = errorOf({ routes: [{ ...ROUTE, priority: 'x' as unknown as number }] });
    expect(faults).toEqual([
      { path: ['routes', 0, 'priority'], message: 'wrong type: expected integer, got string' },
    ]);
  });
});

describe('the way past web objects', () => {
  it('belongs to the fetch of a gateway, and is closed to the control plane', async () => {
    const { gateway, asked } = setUp();
    const direct = directOf(gateway.fetch)!.respond!;
    expect(direct(inbound('/apisix/admin/routes'), () => {})).toBeNull();
    const reply = await direct(inbound('/x'), () => {});
    expect(await responseOf(reply!).text()).toBe('upstream');
    expect(asked).toEqual(['GET /x']);
    expect(directOf((request: Request) => gateway.fetch(request))).toBeUndefined();
  });
});

describe('what an app adds', () => {
  it('comes before the proxy, which listeners then reach by way of it', async () => {
    const { gateway, asked } = setUp();
    gateway.app.get('/own', (c) => c.text('its own'));
    expect(await (await gateway.fetch(get('/own'))).text()).toBe('its own');
    expect(await (await gateway.fetch(get('/x'))).text()).toBe('upstream');
    expect(asked).toEqual(['GET /x']);
    expect(directOf(gateway.fetch)!.respond).toBeNull();
  });
});

describe('copies', () => {
  it('are for the waitUntil of the execution context where there is one', async () => {
    const { gateway, outcomes } = setUp();
    const waitUntil = vi.fn();
    const context = { waitUntil, passThroughOnException() {}, props: {} };
    await gateway.fetch(get('/'), {}, context);
    await gateway.app.fetch(get('/'), {}, context);
    await directOf(gateway.fetch)!.respond!(inbound('/'), waitUntil);
    expect(waitUntil.mock.calls).toEqual(Array.from({ length: 3 }, () => [expect.any(Promise)]));
    // They are the gateway's to wait for as well.
    await gateway.drain(0);
    expect(outcomes()).toEqual(['shutdown', 'shutdown', 'shutdown']);
  });

  it.each(['fetch', 'app'] as const)(
    'of %s are waited for, and given up in the end',
    async (way) => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
      const { gateway, outcomes } = setUp();
      const serve = way === 'app' ? gateway.app.fetch : gateway.fetch;
      await serve(get('/'));
      let isOver = false;
      const drained = gateway.drain(5000).then(() => (isOver = true));
      await vi.advanceTimersByTimeAsync(4999);
      expect([isOver, outcomes()]).toEqual([false, []]);
      await vi.advanceTimersByTimeAsync(1);
      await drained;
      expect(outcomes()).toEqual(['shutdown']);
    },
  );
});

it('refuses what it cannot work with, before it serves anything', () => {
  expect(() => createGateway({ routes: [{ uri: 'x' } as never] })).toThrow(/routes\[0\]/);
  expect(() => createGateway({ trustedProxies: ['nobody'] })).toThrow(/nobody/);
});
