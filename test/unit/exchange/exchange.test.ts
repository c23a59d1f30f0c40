import { afterEach, describe, expect, it, vi } from 'vitest';
import type { UpstreamConfig } from '../../../src/config/upstream.ts';
import {
  type Exchange,
  mayRetry,
  prepareExchange,
  requestTo,
  upstreamless,
} from '../../../src/exchange/exchange.ts';
import { compileUpstream } from '../../../src/exchange/upstream.ts';
import type { Inbound, Outbound, Reply } from '../../../src/http/messages.ts';
import { type Call, ClientLeftError, TransportError } from '../../../src/http/transport.ts';
import { Upload } from '../../../src/http/upload.ts';
import { trustProxies } from '../../../src/request/inbound.ts';
import { request } from '../routes/request.ts';

const NOBODY = trustProxies([]);
const NO_SOCKET = Object.assign(new Error('too many open files'), { code: 'EMFILE' });
const REFUSED = new TransportError('connect', 'refused', null, true);

afterEach(() => void vi.useRealTimers());

interface Attempt {
  readonly to: Outbound;
  readonly aborted: TransportError[];
  reply(): Reply;
  fail(error: Error): void;
  over(): void;
}

/** An upstream, and a transport whose calls are answered by hand. */
function setUp(config: UpstreamConfig) {
  const upstream = compileUpstream(config);
  const attempts: Attempt[] = [];
  const forward = (to: Outbound): Call<Reply> => {
    let over = () => {};
    const aborted: TransportError[] = [];
    const done = new Promise<Reply>((resolve, fail) => {
      const reply = () => {
        const response = new Response();
        resolve(response);
        return response;
      };
      attempts.push({ to, aborted, reply, fail, over: () => over() });
    });
    return {
      done,
      abort: (reason) => void aborted.push(reason),
      onOver: (callback) => void (over = callback),
    };
  };
  const prepare = (inbound: Inbound): Exchange =>
    prepareExchange(inbound, upstream, { forward, trust: NOBODY })!;
  return {
    upstream,
    attempts,
    prepare,
    /** Lets the present attempt fail, and what comes of that happen. */
    async fail(error: Error) {
      attempts.at(-1)!.fail(error);
      await new Promise(setImmediate);
    },
  };
}

/** A body, and what became of it. */
function uploading(whole: Uint8Array | null = null) {
  const source = { cancelled: 0, read: async () => null, cancel: () => void source.cancelled++ };
  return { upload: new Upload(source, null, whole), source };
}

const THREE = { nodes: { 'a:1': 1, 'b:1': 1, 'c:1': 1 } };
const ONE = { nodes: { 'a:1': 1 } };
const origins = (attempts: readonly Attempt[]) => attempts.map(({ to }) => to.destination.origin);

it('is none where no node may be asked', () => {
  const options = { forward: () => expect.unreachable(), trust: NOBODY };
  const upstream = compileUpstream({ nodes: { 'a:1': 0 } });
  expect(prepareExchange(request('/'), upstream, options)).toBeNull();
});

it.each([
  { what: 'its own id', given: ['X-REQUEST-ID', 'theirs'], ids: ['theirs'] },
  { what: 'none', given: [], ids: ['ours'] },
])('gives a request of which somebody has to know the copy an id: $what', ({ given, ids }) => {
  const upstream = compileUpstream(ONE);
  const inbound = request('/', { id: 'ours', headers: ['A', 'b', ...given] });
  const options = { forward: () => expect.unreachable(), trust: NOBODY };
  const found = (identify: boolean) =>
    prepareExchange(inbound, upstream, { ...options, identify })!.request.headers.filter(
      (_, i, all) => /^x-request-id$/i.test(all[i - 1] ?? ''),
    );
  expect(found(true)).toEqual(ids);
  expect(found(false)).toEqual(given.slice(1));
  expect(
    prepareExchange(inbound, upstream, { ...options, identify: true })!.request.headers,
  ).toContain('A');
});

describe('an attempt that fails', () => {
  it('is followed by one at each further node, until one answers', async () => {
    const { prepare, attempts, fail } = setUp(THREE);
    const exchange = prepare(request('/x'));
    const sent = exchange.send();
    expect([origins(attempts), exchange.node]).toEqual([['http://a:1'], 'http://a:1']);
    await fail(REFUSED);
    await fail(REFUSED);
    expect(origins(attempts)).toEqual(['http://a:1', 'http://b:1', 'http://c:1']);
    expect(exchange.node).toBe('http://c:1');
    const reply = attempts[2]!.reply();
    expect(await sent).toBe(reply);
  });

  it('is the last when each node has had its turn', async () => {
    const { prepare, attempts, fail } = setUp(THREE);
    const sent = prepare(request('/')).send();
    const failed = expect(sent).rejects.toBe(REFUSED);
    for (let i = 0; i < 3; i++) await fail(REFUSED);
    await failed;
    expect(attempts).toHaveLength(3);
  });

  it.each([
    [0, 1],
    [1, 2],
  ])('is followed by no more than %i, as configured', async (retries, count) => {
    const { prepare, attempts, fail } = setUp({ ...THREE, retries });
    const failed = expect(prepare(request('/')).send()).rejects.toBe(REFUSED);
    for (let i = 0; i < count; i++) await fail(REFUSED);
    await failed;
    expect(attempts).toHaveLength(count);
  });

  it('is the last where another could do harm (RFC 9110 section 9.2.2)', async () => {
    const { prepare, attempts, fail } = setUp(THREE);
    const reset = new TransportError('reset', 'reset', null, false);
    const failed = expect(prepare(request('/', { method: 'POST' })).send()).rejects.toBe(reset);
    await fail(reset);
    await failed;
    expect(attempts).toHaveLength(1);
  });

  it.each([
    [1999, 2],
    [2000, 1],
  ])('after %i of 2000 ms: %i attempts', async (passed, count) => {
    vi.useFakeTimers({ toFake: ['performance'] });
    vi.advanceTimersByTime(1_000_000);
    const { prepare, attempts, fail } = setUp({ ...THREE, retry_timeout: 2 });
    const sent = prepare(request('/')).send();
    vi.advanceTimersByTime(passed);
    const failed = count === 1 ? expect(sent).rejects.toBe(REFUSED) : null;
    await fail(REFUSED);
    await failed;
    expect(attempts).toHaveLength(count);
  });

  it('may be followed by another at any time where no time is set', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const { prepare, attempts, fail } = setUp(THREE);
    void prepare(request('/')).send();
    vi.advanceTimersByTime(1_000_000);
    await fail(REFUSED);
    expect(attempts).toHaveLength(2);
  });
});

describe('what a node is held to', () => {
  it('are its failures in a row: after three, the next requests go to others', async () => {
    const { prepare, attempts } = setUp({ nodes: { 'a:1': 1, 'b:1': 1 } });
    const reset = new TransportError('reset', 'reset');
    const asked: string[] = [];
    for (let i = 0; i < 10; i++) {
      const exchange = prepare(request('/', { method: 'POST' }));
      const sent = exchange.send();
      asked.push(exchange.node);
      if (exchange.node === 'http://b:1') attempts.at(-1)!.reply();
      else attempts.at(-1)!.fail(reset);
      await sent.catch((error: unknown) => expect(error).toBe(reset));
    }
    expect(asked.map((node) => node.at(-3))).toEqual([...'ababab', ...'bbbb']);
  });

  it('is forgotten with its next answer', async () => {
    const { prepare, attempts, upstream, fail } = setUp(THREE);
    const [a, b] = upstream.nodes;
    const sent = prepare(request('/')).send();
    await fail(REFUSED);
    expect([a!.failures, b!.failures]).toEqual([1, 0]);
    b!.failures = 2;
    attempts[1]!.reply();
    await sent;
    expect([a!.failures, b!.failures]).toEqual([1, 0]);
  });

  it.each([
    ['of our own', new TransportError('shutdown', 'we stopped', null, true), 1],
    ['for want of sockets here', new TransportError('connect', '', NO_SOCKET, true), 2],
  ])('is no failure %s', async (_, error, attempted) => {
    const { prepare, attempts, upstream, fail } = setUp({ ...THREE, retries: 1 });
    const failed = expect(prepare(request('/')).send()).rejects.toBe(error);
    for (let i = 0; i < attempted; i++) await fail(error);
    await failed;
    expect(attempts).toHaveLength(attempted);
    expect(upstream.nodes.map(({ failures }) => failures)).toEqual([0, 0, 0]);
  });

  it('is no client that left', async () => {
    const { prepare, attempts, upstream, fail } = setUp(THREE);
    const left = new ClientLeftError();
    const failed = expect(prepare(request('/')).send()).rejects.toBe(left);
    await fail(left);
    await failed;
    expect([attempts.length, upstream.nodes[0]!.failures]).toEqual([1, 0]);
  });

  it('is what it has under way, where the balancer asks', async () => {
    const { prepare, attempts, upstream, fail } = setUp({ ...THREE, type: 'least_conn' });
    const active = () => upstream.nodes.map((node) => node.active);
    void prepare(request('/')).send();
    expect(active()).toEqual([1, 0, 0]);
    await fail(REFUSED);
    attempts[0]!.over();
    expect(active()).toEqual([0, 1, 0]);
    attempts[1]!.over();
    expect(active()).toEqual([0, 0, 0]);
    const other = setUp(THREE);
    void other.prepare(request('/')).send();
    expect(other.upstream.nodes.map((node) => node.active)).toEqual([0, 0, 0]);
  });
});

describe('a client that leaves', () => {
  it.each([undefined, 408])('with %s ends the attempt that is under way', async (refused) => {
    const { prepare, attempts, fail } = setUp(THREE);
    let gone!: (refused?: number) => void;
    void prepare(request('/', { onGone: (callback) => void (gone = callback) })).send();
    await fail(REFUSED);
    gone(refused);
    expect(attempts.map(({ aborted }) => aborted.length)).toEqual([0, 1]);
    const [reason] = attempts[1]!.aborted;
    expect(reason).toBeInstanceOf(ClientLeftError);
    expect((reason as ClientLeftError).refused).toBe(refused ?? null);
  });

  it('is followed by no further attempt', async () => {
    const { prepare, attempts, upstream, fail } = setUp(THREE);
    let gone!: () => void;
    const { upload, source } = uploading();
    const inbound = request('/', { method: 'PUT', upload, onGone: (call) => void (gone = call) });
    const exchange = prepare(inbound);
    const failed = expect(exchange.send()).rejects.toBeInstanceOf(ClientLeftError);
    await fail(REFUSED);
    gone();
    await fail(attempts[1]!.aborted[0]!);
    await failed;
    expect([attempts.length, exchange.node, source.cancelled]).toEqual([2, 'http://b:1', 1]);
    expect(upstream.nodes.map(({ failures }) => failures)).toEqual([1, 0, 0]);
  });
});

describe.each([
  ['one node', ONE],
  ['several', THREE],
])('a body to %s', (_, config) => {
  it('is for nobody else once there is an answer', async () => {
    const { prepare, attempts } = setUp(config);
    const { upload, source } = uploading();
    const sent = prepare(request('/', { method: 'POST', upload })).send();
    expect(upload.consumed).toBe(false);
    const reply = attempts[0]!.reply();
    expect(await sent).toBe(reply);
    expect([upload.consumed, source.cancelled]).toEqual([true, 0]);
  });

  it('is read no further when the last attempt failed', async () => {
    const { prepare, fail } = setUp(config);
    const { upload, source } = uploading();
    const reset = new TransportError('reset', 'reset', null, false);
    const inbound = request('/', { method: 'POST', upload });
    const failed = expect(prepare(inbound).send()).rejects.toBe(reset);
    await fail(reset);
    await failed;
    expect([upload.consumed, source.cancelled]).toEqual([true, 1]);
  });

  it.each([
    ['as far as it is kept', 64 * 1024, true],
    ['further than it is kept', 64 * 1024 + 1, false],
  ])('of which an attempt has read %s may go to the next node: %s, %s', async (...given) => {
    const [, size, isRetried] = given;
    const { prepare, attempts, fail } = setUp(config);
    const pieces = [new Uint8Array(size)];
    const source = { read: async () => pieces.shift() ?? null, cancel() {} };
    const inbound = request('/', { method: 'PUT', upload: new Upload(source, null) });
    void prepare(inbound)
      .send()
      .catch(() => {});
    const body = () => (attempts.at(-1)!.to.body as Upload).reader().read();
    expect(await body()).toHaveLength(size);
    await fail(new TransportError('reset', 'reset'));
    const isLast = config === ONE || !isRetried;
    expect(attempts).toHaveLength(isLast ? 1 : 2);
    if (!isLast) expect(await body()).toHaveLength(size);
  });

  it('goes along in one piece where it came along with the head', () => {
    const { prepare } = setUp(config);
    const whole = new Uint8Array(3);
    const { upload } = uploading(whole);
    expect(prepare(request('/', { method: 'POST', upload })).request.body).toBe(whole);
    const streamed = uploading().upload;
    const inbound = request('/', { method: 'POST', upload: streamed });
    expect(prepare(inbound).request.body).toBe(streamed);
    expect(prepare(request('/')).request.body).toBeNull();
  });
});

describe('what a node gets', () => {
  const WEBSOCKET = ['Host', 'a.test', 'Connection', 'Upgrade', 'Upgrade', 'websocket'];
  const handshake = request('/', { authority: 'a.test', headers: WEBSOCKET, upgradable: true });

  it.each([
    [true, true],
    [false, undefined],
  ])('is a handshake where the route lets it be one: %s', (enable_websocket, switches) => {
    const upstream = compileUpstream(ONE, { enable_websocket });
    const outbound = requestTo(upstream.nodes[0]!, handshake, upstream, NOBODY);
    expect(outbound.upgrade).toBe(switches);
  });

  it("is the client's request, with the host and the times that are configured", () => {
    const upstream = compileUpstream(
      { ...ONE, pass_host: 'node' },
      { timeout: { connect: 1, send: 2, read: 3 } },
    );
    const inbound = request('/x?y', { method: 'PUT', authority: 'a.test' });
    expect(requestTo(upstream.nodes[0]!, inbound, upstream, NOBODY)).toMatchObject({
      target: '/x?y',
      method: 'PUT',
      headers: expect.arrayContaining(['Host', 'a:1']) as string[],
      timeouts: { connect: 1000, send: 2000, read: 3000 },
    });
  });

  it("would be that with the client's host, if there were one", () => {
    const inbound = request('/x?y', { method: 'PUT', authority: 'a.test' });
    const outbound = upstreamless(inbound, NOBODY);
    expect(outbound).toMatchObject({
      destination: { origin: '' },
      target: '/x?y',
      method: 'PUT',
      headers: expect.arrayContaining(['Host', 'a.test']) as string[],
      timeouts: { connect: 0, send: 0, read: 0 },
    });
  });
});

/** Whether a request may go to the next node after a failure. */
function retried(method: string, error: unknown, body: 'none' | 'here' | 'gone' = 'none'): boolean {
  const upload =
    body === 'none' ? null : new Upload({ read: () => Promise.resolve(null), cancel() {} }, 1);
  if (body === 'gone') upload!.onResponse();
  return mayRetry(request('/', { method, upload }), error);
}

const SENT = new TransportError('reset', '', null, false);
const UNSENT = new TransportError('timeout', '', null, true);

const IDEMPOTENT = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE'];

it.each(IDEMPOTENT)('gives %s to the next node even if it was sent', (method) => {
  expect([retried(method, SENT), retried(method, UNSENT)]).toEqual([true, true]);
  expect([retried(method, SENT, 'here'), retried(method, UNSENT, 'here')]).toEqual([true, true]);
});

it.each(['POST', 'PATCH', 'M-SEARCH'])('gives %s to the next node only if it was not', (method) => {
  expect([retried(method, SENT), retried(method, UNSENT)]).toEqual([false, true]);
  expect([retried(method, SENT, 'here'), retried(method, UNSENT, 'here')]).toEqual([false, true]);
});

it('gives nobody a request whose body is gone', () => {
  expect(retried('PUT', SENT, 'gone')).toBe(false);
  expect(retried('PUT', UNSENT, 'gone')).toBe(false);
});

it('gives nobody one that nobody waits for, or whose failure was our own', () => {
  expect(retried('GET', new ClientLeftError())).toBe(false);
  expect(retried('GET', new TransportError('shutdown', '', null, true))).toBe(false);
  expect(retried('GET', new TypeError('a fault of ours'))).toBe(false);
});
