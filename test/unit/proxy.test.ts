import { afterEach, describe, expect, it, vi } from 'vitest';
import { checkDocument, type RouteInput, type RoutesDocument } from '../../src/config/document.ts';
import type { Outbound, Received, Reply } from '../../src/http/messages.ts';
import {
  type Call,
  ClientLeftError,
  type CopyResponse,
  type FailureKind,
  TransportError,
} from '../../src/http/transport.ts';
import { Upload } from '../../src/http/upload.ts';
import { memoryBudget } from '../../src/http/memory-budget.ts';
import { copySender } from '../../src/mirror/send.ts';
import { createProxy } from '../../src/proxy.ts';
import { trustProxies } from '../../src/request/inbound.ts';
import { requestIds } from '../../src/request/ids.ts';
import { compileRoutes } from '../../src/route-table.ts';
import { fetchRuntime } from '../../src/runtime/fetch/index.ts';
import type { Runtime } from '../../src/runtime/runtime.ts';
import type { GatewayEvent } from '../../src/telemetry/events.ts';
import { turnsUntil } from '../support/turns.ts';
import { request } from './routes/request.ts';

afterEach(() => void vi.useRealTimers());

/** A transport whose calls are answered by hand. */
interface Sent<T> {
  readonly to: Outbound;
  readonly aborted: TransportError[];
  answer(response: T): void;
  fail(error: unknown): void;
}

function transport<T>(sent: Sent<T>[]) {
  return (to: Outbound): Call<T> => {
    const aborted: TransportError[] = [];
    const done = new Promise<T>((answer, fail) => sent.push({ to, aborted, answer, fail }));
    return { done, abort: (reason) => void aborted.push(reason), onOver() {} };
  };
}

/** All that a proxy works with as it is, but for the transport. */
function setUp(
  routes: readonly RouteInput[] | null,
  runtime: Partial<Runtime> = {},
  load: () => Promise<readonly RouteInput[] | null> | null = () => null,
) {
  const times: number[] = [];
  const primaries: Sent<Reply>[] = [];
  const copies: Sent<CopyResponse>[] = [];
  const events: GatewayEvent[] = [];
  const background: Promise<unknown>[] = [];
  const emit = (event: GatewayEvent) => void events.push(event);
  const budget = memoryBudget(1000);
  const compile = (given: readonly RouteInput[]) => {
    const { value } = checkDocument({ routes: given }) as { value: RoutesDocument };
    return compileRoutes(value, null, { instance: () => 'a-gateway' });
  };
  let table = routes === null ? null : compile(routes);
  const sender = copySender(transport(copies));
  const proxy = createProxy({
    keeping: (waitUntil) => waitUntil!,
    runtime: { ...fetchRuntime(), forward: transport(primaries), ...runtime },
    live: {
      current(nowMs) {
        times.push(nowMs);
        return table;
      },
      load: () =>
        load()?.then((loaded) => void (table = loaded === null ? null : compile(loaded))) ?? null,
    },
    trust: trustProxies([]),
    requestIds: requestIds(() => 'a-gateway'),
    copies: {
      sender,
      budget,
      onOutcome: (inbound, { route, name: mirror }, outcome, seconds) =>
        emit({ type: 'copy', route, mirror, request: inbound, outcome, seconds }),
      redactCopy: async (_, primary, body) => ({ request: primary, body }),
    },
    comparisons: {
      budget,
      compare: () => Promise.resolve({ result: 'same', differences: [] }),
      shed: null,
      redactTarget: (_, target) => target,
      onPair: (inbound, pair, kind) => emit({ type: 'comparison', kind, request: inbound, pair }),
      onAbandon: sender.onAbandon,
    },
    reserved: /^\/reserved/,
    emit,
  });
  return {
    /** When the table was asked for. */
    times,
    primaries,
    copies,
    events,
    budget,
    send: async (received: Received) => proxy(received, (work) => void background.push(work)),
    /** Waits for the work that was given to `waitUntil`, and says how much that was. */
    async settled() {
      await Promise.all(background);
      return background.length;
    },
    /** What was told, in short. */
    told: () =>
      events.map((event) => {
        if (event.type === 'request') return `request ${event.route} ${event.status}`;
        if (event.type === 'upstream_failure')
          return `upstream_failure ${event.route} ${event.node} ${event.error.message}`;
        if (event.type !== 'copy') return event.type;
        const { outcome, reason } = event.outcome;
        return `copy ${event.route} ${event.mirror} ${outcome} ${reason}`;
      }),
  };
}

const upstream = { nodes: { 'a:1': 1 } };
const plugins = { 'proxy-mirror': { host: 'http://m:1' } };
const PLAIN: RouteInput = { id: 'plain', uri: '/plain', upstream };
const MIRRORED: RouteInput = { id: 'mirrored', uri: '/mirrored', upstream, plugins };
const OK: CopyResponse = { status: 200, connection: 'kept' };

/** A body that comes in pieces, in its client's time. */
function uploading() {
  const pieces: (Uint8Array | null)[] = [];
  let wake = () => {};
  const source = {
    cancelled: false,
    async read() {
      while (pieces.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      return pieces.shift()!;
    },
    cancel: () => void (source.cancelled = true),
  };
  const pass = (...next: (Uint8Array | null)[]) => {
    pieces.push(...next);
    wake();
  };
  return { upload: new Upload(source, null), source, pass };
}

async function errorOf(reply: Reply | null): Promise<[number, unknown]> {
  const response = reply as Response;
  return [response.status, ((await response.json()) as { error_msg: string }).error_msg];
}

it.each([[PLAIN], null])(
  'leaves what is reserved to others, whatever the table',
  async (routes) => {
    const { send, told } = setUp(routes);
    expect(await send(request('/reserved/x'))).toBeNull();
    // By the path that routes are matched against, however it was written.
    expect(await send(request('/x/../%72eserved'))).toBeNull();
    expect(told()).toEqual([]);
  },
);

it('goes by the table that is in force when a request comes', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: 1_000_000 });
  const { send, times } = setUp(null);
  await send(request('/'));
  vi.setSystemTime(2_000_000);
  await send(request('/'));
  expect(times).toEqual([1_000_000, 2_000_000]);
});

it('waits for the first table to be loaded, and then goes by it', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  let arrive!: (routes: readonly RouteInput[]) => void;
  const loading = new Promise<readonly RouteInput[]>((resolve) => (arrive = resolve));
  const { send, primaries, events } = setUp(null, {}, () => loading);
  const replied = send(request('/plain'));
  vi.advanceTimersByTime(2000);
  expect([primaries, events]).toEqual([[], []]);
  arrive([PLAIN]);
  await turnsUntil(() => primaries.length === 1);
  const response = new Response();
  primaries[0]!.answer(response);
  expect(await replied).toBe(response);
  // The client has waited for the table as well.
  expect(events).toMatchObject([{ type: 'request', status: 200, seconds: 2 }]);
});

it('has the first table loaded again when that failed', async () => {
  const loads = [Promise.resolve(null), Promise.resolve([PLAIN])];
  const { send, told, primaries } = setUp(null, {}, () => loads.shift() ?? null);
  const replied = send(request('/plain'));
  await vi.waitFor(() => expect(primaries).toHaveLength(1));
  primaries[0]!.answer(new Response());
  await replied;
  expect([loads, told()]).toEqual([[], ['request plain 200']]);
});

describe('what is answered without an upstream', () => {
  it('is 503 before there is a table', async () => {
    const { send, primaries, told } = setUp(null);
    expect(await errorOf(await send(request('/plain')))).toEqual([503, '503 Service Unavailable']);
    expect([primaries, told()]).toEqual([[], ['request  503']]);
  });

  it('is 404 where no route matches', async () => {
    const { send, primaries, told, settled } = setUp([PLAIN, MIRRORED]);
    expect(await errorOf(await send(request('/other')))).toEqual([404, '404 Route Not Found']);
    expect([primaries, told(), await settled()]).toEqual([[], ['request  404'], 0]);
  });

  it.each([
    ['names no upstream', undefined],
    ['has no node that may be asked', { nodes: { 'a:1': 0 } }],
  ])('is 503 where the route %s, and the copy is sent all the same', async (_, none) => {
    const route = { id: 'r', uri: '/r', plugins, ...(none !== undefined && { upstream: none }) };
    const { send, copies, told, settled } = setUp([route]);
    const inbound = request('/r?x', { method: 'PUT', authority: 'client.test' });
    expect(await errorOf(await send(inbound))).toEqual([503, '503 Service Unavailable']);
    expect(copies.map(({ to }) => to)).toMatchObject([
      {
        destination: { origin: 'http://m:1' },
        target: '/r?x',
        method: 'PUT',
        headers: expect.arrayContaining(['Host', 'client.test']) as string[],
      },
    ]);
    copies[0]!.answer(OK);
    expect(await settled()).toBe(1);
    expect(told()).toEqual(['request r 503', 'copy r http://m:1 sent 2xx']);
  });

  it('is 503 where the route has no mirrors either', async () => {
    const none = { nodes: { 'a:1': 0 } };
    const { send, told, settled } = setUp([{ id: 'r', uri: '/r', upstream: none }]);
    expect(await errorOf(await send(request('/r')))).toEqual([503, '503 Service Unavailable']);
    expect([told(), await settled()]).toEqual([['request r 503'], 0]);
  });

  it('leaves nobody to read a body, so that there is no copy of it', async () => {
    const { send, copies, told, settled } = setUp([{ id: 'r', uri: '/r', plugins }]);
    const { upload } = uploading();
    await send(request('/r', { method: 'POST', upload }));
    await settled();
    expect(copies).toEqual([]);
    expect(told()).toEqual(['request r 503', 'copy r http://m:1 skipped body_incomplete']);
  });

  it('is made by the runtime where that has a way of its own', async () => {
    const made = new Response('its own');
    const { send } = setUp([PLAIN], { gatewayError: (status) => (status === 404 ? made : null!) });
    expect(await send(request('/other'))).toBe(made);
  });
});

describe('an answer of the upstream', () => {
  it('is passed as it is, and told with the time that it took', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    vi.advanceTimersByTime(1_000_000);
    const { send, primaries, events, settled } = setUp([PLAIN]);
    const replied = send(request('/plain?x', { method: 'PATCH' }));
    const asked = expect.objectContaining({ method: 'PATCH', target: '/plain?x' }) as Received;
    vi.advanceTimersByTime(1500);
    const response = new Response(null, { status: 404 });
    primaries[0]!.answer(response);
    expect(await replied).toBe(response);
    expect(primaries.map(({ to }) => to.destination.origin)).toEqual(['http://a:1']);
    expect(events).toEqual([
      { type: 'request', route: 'plain', request: asked, status: 404, seconds: 1.5 },
    ]);
    expect(await settled()).toBe(0);
  });

  it('waits for no copy, which is begun after the primary', async () => {
    const begun: string[] = [];
    const { send, primaries, copies, told, settled } = setUp([MIRRORED], {
      forward: ({ destination }) => {
        begun.push(destination.origin, ...copies.map(({ to }) => to.destination.origin));
        return { done: Promise.resolve(new Response()), abort() {}, onOver() {} };
      },
    });
    await send(request('/mirrored'));
    expect([begun, primaries, copies.length]).toEqual([['http://a:1'], [], 1]);
    expect(told()).toEqual(['request mirrored 200']);
    copies[0]!.fail(new TransportError('connect', 'refused'));
    expect(await settled()).toBe(1);
    expect(told().slice(1)).toEqual(['copy mirrored http://m:1 failed connect']);
  });

  it('may come before the body has passed, which is copied when it has', async () => {
    const { send, primaries, copies, budget, settled } = setUp([MIRRORED]);
    const { upload, pass } = uploading();
    const replied = send(request('/mirrored', { method: 'POST', upload }));
    const reader = upload.reader();
    primaries[0]!.answer(new Response());
    await replied;
    pass(new Uint8Array(3), null);
    while ((await reader.read()) !== null);
    await vi.waitFor(() => expect(copies).toHaveLength(1));
    expect(copies[0]!.to.body).toEqual(new Uint8Array(3));
    expect(budget.held).toBe(3);
    copies[0]!.answer(OK);
    await settled();
    expect(budget.held).toBe(0);
  });

  it('ends the copy of a body that stands still from then on', async () => {
    vi.useFakeTimers();
    const { send, primaries, budget, told, settled } = setUp([MIRRORED]);
    const { upload, pass } = uploading();
    const replied = send(request('/mirrored', { method: 'POST', upload }));
    pass(new Uint8Array(3));
    await upload.reader().read();
    // However long the upstream takes to answer.
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(budget.held).toBe(3);
    primaries[0]!.answer(new Response());
    await replied;
    await vi.advanceTimersByTimeAsync(3_600_000);
    await settled();
    expect(told()).toEqual([
      'request mirrored 200',
      'copy mirrored http://m:1 skipped body_incomplete',
    ]);
    expect(budget.held).toBe(0);
  });
});

describe('a request that no upstream answers', () => {
  it.each<[FailureKind, number, string]>([
    ['connect', 502, '502 Bad Gateway'],
    ['dns', 503, '503 Service Unavailable'],
    ['tls', 502, '502 Bad Gateway'],
    ['timeout', 504, '504 Gateway Time-out'],
    ['reset', 502, '502 Bad Gateway'],
    ['protocol', 502, '502 Bad Gateway'],
    ['shutdown', 503, '503 Service Unavailable'],
  ])('because of %s is answered with %i', async (kind, status, text) => {
    const { send, primaries, events } = setUp([PLAIN]);
    const replied = send(request('/plain'));
    const asked = expect.objectContaining({ method: 'GET', target: '/plain' }) as Received;
    const error = new TransportError(kind, 'what the runtime said');
    primaries[0]!.fail(error);
    expect(await errorOf(await replied)).toEqual([status, text]);
    expect(events).toEqual([
      { type: 'upstream_failure', route: 'plain', request: asked, node: 'http://a:1', error },
      {
        type: 'request',
        route: 'plain',
        request: asked,
        status,
        seconds: expect.any(Number) as number,
      },
    ]);
  });

  it('because of a fault of ours is answered with 502', async () => {
    const { send, primaries, told } = setUp([PLAIN]);
    const replied = send(request('/plain'));
    primaries[0]!.fail(new TypeError('a fault'));
    expect(await errorOf(await replied)).toEqual([502, '502 Bad Gateway']);
    expect(told()).toEqual(['upstream_failure plain http://a:1 a fault', 'request plain 502']);
  });

  it('to the end is told behind its response, with the node that sent it', async () => {
    const { send, primaries, told } = setUp([
      { id: 'r', uri: '/r', upstream: { nodes: { 'a:1': 1, 'b:1': 1 } } },
    ]);
    const replied = send(request('/r'));
    primaries[0]!.fail(new TransportError('connect', 'the first', null, true));
    await vi.waitFor(() => expect(primaries).toHaveLength(2));
    let breakOff!: (error: Error) => void;
    primaries[1]!.answer({
      status: 200,
      toResponse: () => expect.unreachable(),
      onBrokenOff: (callback) => (breakOff = callback),
    });
    expect((await replied)!.status).toBe(200);
    expect(told()).toEqual(['request r 200']);
    breakOff(new Error('response 200 broke off'));
    expect(told()).toEqual([
      'request r 200',
      'upstream_failure r http://b:1 response 200 broke off',
    ]);
  });

  it('is told once, with the node that was tried last', async () => {
    const { send, primaries, told } = setUp([
      { id: 'r', uri: '/r', upstream: { nodes: { 'a:1': 1, 'b:1': 1 } } },
    ]);
    const replied = send(request('/r'));
    primaries[0]!.fail(new TransportError('connect', 'the first', null, true));
    await vi.waitFor(() => expect(primaries).toHaveLength(2));
    primaries[1]!.fail(new TransportError('timeout', 'the second', null, true));
    expect((await errorOf(await replied))[0]).toBe(504);
    expect(told()).toEqual(['upstream_failure r http://b:1 the second', 'request r 504']);
  });

  it('is copied all the same', async () => {
    const { send, primaries, copies, told, settled } = setUp([MIRRORED]);
    const replied = send(request('/mirrored'));
    primaries[0]!.fail(new TransportError('reset', 'reset'));
    await replied;
    copies[0]!.answer(OK);
    await settled();
    expect(told().at(-1)).toBe('copy mirrored http://m:1 sent 2xx');
  });

  it.each<[string, Error]>([
    ['fails', new TransportError('reset', 'reset')],
    ['is left by its client', new ClientLeftError()],
  ])('and %s before its body has passed is not copied', async (_, error) => {
    const { send, primaries, copies, told, budget, settled } = setUp([MIRRORED]);
    const { upload, pass, source } = uploading();
    const replied = send(request('/mirrored', { method: 'POST', upload }));
    pass(new Uint8Array(3));
    await upload.reader().read();
    expect(budget.held).toBe(3);
    primaries[0]!.fail(error);
    await replied;
    await settled();
    expect([copies, budget.held, source.cancelled]).toEqual([[], 0, true]);
    expect(told().at(-1)).toBe('copy mirrored http://m:1 skipped body_incomplete');
  });
});

describe('a client that does not wait', () => {
  it.each([
    [undefined, 499],
    [408, 408],
  ])('and was sent away with %s is told as %i', async (refused, status) => {
    let leave = (_refused?: number) => {};
    const { send, primaries, told } = setUp([PLAIN]);
    const inbound = request('/plain', { onGone: (callback) => void (leave = callback) });
    const replied = send(inbound);
    leave(refused);
    const [reason] = primaries[0]!.aborted;
    expect(reason).toBeInstanceOf(ClientLeftError);
    primaries[0]!.fail(reason);
    expect(((await replied) as Response).status).toBe(502);
    // That no upstream failed is told by what is missing here.
    expect(told()).toEqual([`request plain ${status}`]);
  });
});
