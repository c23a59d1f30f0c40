import { afterEach, describe, expect, it, vi } from 'vitest';
import type { MirrorConfig } from '../../../src/config/proxy-mirror.ts';
import { memoryBudget } from '../../../src/http/memory-budget.ts';
import { destination } from '../../../src/http/destination.ts';
import type { Outbound } from '../../../src/http/messages.ts';
import {
  type Call,
  type CopyResponse,
  type ResponseTap,
  TransportError,
} from '../../../src/http/transport.ts';
import { type Tap, Upload } from '../../../src/http/upload.ts';
import {
  type CopiesOptions,
  type CopyObserver,
  type Observe,
  planCopies,
} from '../../../src/mirror/copies.ts';
import type { Outcome } from '../../../src/mirror/outcome.ts';
import { compileMirrors } from '../../../src/mirror/mirror.ts';
import { copySender } from '../../../src/mirror/send.ts';
import { request } from '../routes/request.ts';

/** A transport whose calls are answered by hand, and everything around it. */
function setUp(mirrors: readonly MirrorConfig[], memory = 1000, bearable?: number) {
  const calls: {
    copy: Outbound;
    tap: ResponseTap | null | undefined;
    answer(status: number): void;
    fail(error: unknown): void;
  }[] = [];
  const sender = copySender((copy, _life, tap): Call<CopyResponse> => {
    let fail!: (error: unknown) => void;
    const done = new Promise<CopyResponse>((resolve, reject) => {
      fail = reject;
      const answer = (status: number) => resolve({ status, connection: 'kept' });
      calls.push({ copy, tap, answer, fail });
    });
    return { done, abort: (reason) => fail(reason), onOver() {} };
  }, bearable);
  const outcomes: { outcome: Outcome; seconds: number }[] = [];
  const budget = memoryBudget(memory);
  const told: string[] = [];
  const compiled = compileMirrors('1', { mirrors }, { instance: () => 'me' });
  const plan = (
    inbound: Parameters<typeof planCopies>[0],
    observe: Observe<CopyObserver> | null = null,
  ) => {
    const options: CopiesOptions = {
      sender,
      budget,
      onOutcome(_, { name }, outcome, seconds) {
        told.push(`${name} ${outcome.outcome} ${outcome.reason}`);
        outcomes.push({ outcome, seconds });
      },
      redactCopy: async ({ config }, primary, body) =>
        config.redact?.json === undefined
          ? { request: { ...primary, target: '/redacted' }, body }
          : 'filtered',
    };
    return planCopies(inbound, compiled, options, observe);
  };
  return { calls, sender, budget, told, outcomes, plan, compiled };
}

function upload(length: number | null = null) {
  let tapped: Tap | undefined;
  const body = new Upload({ read: () => Promise.resolve(null), cancel() {} }, length);
  body.tap = (tap) => void (tapped = tap);
  return { body, tap: () => tapped! };
}

const PRIMARY: Outbound = {
  destination: destination('http://u'),
  target: '/a',
  method: 'POST',
  headers: [],
  body: null,
  timeouts: { connect: 1, send: 1, read: 1 },
};
const M = { host: 'http://m' };
const N = { host: 'http://n' };

it('plans nothing when no mirror is chosen, and still tells why', () => {
  const { plan, told, calls } = setUp([M, N]);
  expect(plan(request('/', { headers: ['X-Mirrored-By', 'x'] }))).toBeNull();
  expect(plan(request('/', { headers: ['Upgrade', 'WebSocket'] }))).toBeNull();
  expect(told).toEqual(
    ['loop', 'loop', 'upgrade', 'upgrade'].map(
      (why, i) => `${i % 2 ? 'http://n' : 'http://m'} skipped ${why}`,
    ),
  );
  expect(calls).toEqual([]);
});

it('copies what offers another upgrade than a WebSocket', () => {
  expect(setUp([M]).plan(request('/', { headers: ['Upgrade', 'h2c'] }))).not.toBeNull();
});

it('has one outcome for each mirror, chosen or not', async () => {
  const { plan, told, calls, budget } = setUp([
    { ...M, _meta: { filter: [['arg_a', '==', '1']] } },
    N,
    { host: 'http://o', max_body_size: 1 },
  ]);
  const { body, tap } = upload();
  const sent = plan(request('/', { upload: body }))!.send(PRIMARY);
  tap().chunk(new Uint8Array(3));
  tap().end(true);
  await Promise.resolve();
  await Promise.resolve();
  expect(calls.map(({ copy }) => copy.destination.origin)).toEqual(['http://n']);
  expect(budget.held).toBe(3);
  calls[0]!.answer(404);
  await sent;
  expect(told.toSorted()).toEqual([
    'http://m skipped filtered',
    'http://n sent 4xx',
    'http://o skipped body_too_large',
  ]);
  expect(budget.held).toBe(0);
});

it('knows by the length that a body is too large, and does not record it', () => {
  const { plan, told } = setUp([{ ...M, max_body_size: 10 }]);
  const { body, tap } = upload(11);
  expect(plan(request('/', { upload: body }))).toBeNull();
  expect(tap()).toBeUndefined();
  expect(told).toEqual(['http://m skipped body_too_large']);
});

it('counts an error that is no TransportError as a reset', async () => {
  const { plan, told, calls, compiled } = setUp([M]);
  const sent = plan(request('/'))!.send(PRIMARY);
  calls[0]!.fail(new TypeError('odd'));
  await sent;
  expect(told).toEqual(['http://m failed reset']);
  expect(compiled[0]!.inFlight.count).toBe(0);
});

it('ends copies under way as shutdown, waiting bodies as incomplete, and starts none after', async () => {
  const { plan, told, calls, sender, budget } = setUp([M]);
  const { body, tap } = upload();
  const ends = [
    plan(request('/'))!.send(PRIMARY),
    plan(request('/', { upload: body }))!.send(PRIMARY),
  ];
  tap().chunk(new Uint8Array(5));
  sender.abandon();
  await Promise.all(ends);
  await plan(request('/'))!.send(PRIMARY);
  const late = upload();
  await plan(request('/', { upload: late.body }))!.send(PRIMARY);
  expect(told.toSorted()).toEqual([
    'http://m failed shutdown',
    'http://m failed shutdown',
    'http://m skipped body_incomplete',
    'http://m skipped body_incomplete',
  ]);
  expect(calls).toHaveLength(1);
  expect(budget.held).toBe(0);
});

it('opens the breaker by failures only, and skips then', async () => {
  const { plan, told, calls } = setUp([{ ...M, breaker: { failures: 1, open: 300 } }]);
  const first = plan(request('/'))!.send(PRIMARY);
  calls[0]!.answer(500);
  await first;
  const second = plan(request('/'))!.send(PRIMARY);
  calls[1]!.fail(new TransportError('connect', 'refused'));
  await second;
  await plan(request('/'))!.send(PRIMARY);
  expect(told).toEqual([
    'http://m sent 5xx',
    'http://m failed connect',
    'http://m skipped breaker_open',
  ]);
});

it.each([
  ['as many as the runtime can bear', 10, 10],
  ['4096 at most', undefined, 4096],
])('has in flight to all mirrors together %s', async (_what, bearable, most) => {
  const mirrors = Array.from({ length: 40 }, (_, i) => ({ host: `http://m${i}` }));
  const { plan, told, calls } = setUp(mirrors, 0, bearable);
  const send = () => plan(request('/'))!.send(PRIMARY);
  for (let i = 0; i < 120; i++) void send();
  expect(calls.length).toBe(most);
  expect(told.length).toBe(120 * 40 - most);
  expect(new Set(told.map((one) => one.slice(one.indexOf(' ') + 1)))).toEqual(
    new Set(['skipped in_flight_limit']),
  );
  // One that ends makes room for one.
  calls[0]!.answer(200);
  await new Promise((resolve) => setImmediate(resolve));
  void send();
  expect(calls.length).toBe(most + 1);
});

afterEach(() => void vi.useRealTimers());

/** A body that came along with its head. */
function wholeUpload(size: number): Upload {
  const source = { read: () => Promise.resolve(null), cancel() {} };
  return new Upload(source, size, new Uint8Array(size));
}

it('holds the memory of a body that came along with its head until its copies are over', async () => {
  const { plan, calls, budget } = setUp([M, N]);
  const sent = plan(request('/', { upload: wholeUpload(600) }))!.send(PRIMARY);
  expect([calls.length, budget.held]).toEqual([2, 600]);
  calls[0]!.answer(200);
  calls[1]!.fail(new Error());
  await sent;
  expect(budget.held).toBe(0);
});

it('copies no such body beyond the memory there is', async () => {
  const { plan, told, calls, budget } = setUp([M, N]);
  await plan(request('/', { upload: wholeUpload(1001) }))!.send(PRIMARY);
  expect(told).toEqual(['http://m skipped memory_limit', 'http://n skipped memory_limit']);
  expect([calls.length, budget.held]).toEqual([0, 0]);
});

it('records for the mirror that takes most', async () => {
  const { plan, told, calls } = setUp([
    { ...M, max_body_size: 2 },
    { ...N, max_body_size: 5 },
  ]);
  const { body, tap } = upload();
  const sent = plan(request('/', { upload: body }))!.send(PRIMARY);
  tap().chunk(new Uint8Array(5));
  tap().end(true);
  await vi.waitFor(() => expect(calls).toHaveLength(1));
  calls[0]!.answer(200);
  await sent;
  expect(told).toEqual(['http://m skipped body_too_large', 'http://n sent 2xx']);
});

it('keeps nothing of a body that is too large for all of them', async () => {
  const { plan, told, budget } = setUp([
    { ...M, max_body_size: 2 },
    { ...N, max_body_size: 5 },
  ]);
  const { body, tap } = upload();
  const sent = plan(request('/', { upload: body }))!.send(PRIMARY);
  tap().chunk(new Uint8Array(5));
  expect(budget.held).toBe(5);
  tap().chunk(new Uint8Array(1));
  expect(budget.held).toBe(0);
  await sent;
  expect(told).toEqual(['http://m skipped body_too_large', 'http://n skipped body_too_large']);
});

it('copies no body of a primary that failed before it had passed', async () => {
  const { plan, told } = setUp([M]);
  const { body } = upload();
  const copies = plan(request('/', { upload: body }))!;
  const sent = copies.send(PRIMARY);
  copies.giveUp();
  await sent;
  expect(told).toEqual(['http://m skipped body_incomplete']);
});

it('waits as long as the most patient mirror for a body that stands still', async () => {
  vi.useFakeTimers();
  const { plan, told } = setUp([
    { ...M, timeout: 1 },
    { ...N, timeout: 3 },
  ]);
  const { body } = upload();
  const copies = plan(request('/', { upload: body }))!;
  const sent = copies.send(PRIMARY);
  copies.giveUpWhenIdle();
  await vi.advanceTimersByTimeAsync(2999);
  expect(told).toEqual([]);
  await vi.advanceTimersByTimeAsync(3001);
  await sent;
  expect(told.toSorted()).toEqual([
    'http://m skipped body_incomplete',
    'http://n skipped body_incomplete',
  ]);
});

it('does nothing to copies without a body when their primary fails or answers', async () => {
  const { plan, told, calls } = setUp([M]);
  const copies = plan(request('/'))!;
  const sent = copies.send(PRIMARY);
  copies.giveUp();
  copies.giveUpWhenIdle();
  calls[0]!.answer(204);
  await sent;
  expect(told).toEqual(['http://m sent 2xx']);
});

it('tells which limit was reached, and takes no place for a copy that it does not send', async () => {
  const { plan, told, calls, compiled } = setUp([{ ...M, max_in_flight: 2, rate_limit: 3 }]);
  const send = () => plan(request('/'))!.send(PRIMARY);
  const first = [send(), send(), send()];
  expect(told).toEqual(['http://m skipped in_flight_limit']);
  for (const { answer } of calls) answer(200);
  await Promise.all(first);
  const third = send();
  await send();
  expect(told.at(-1)).toBe('http://m skipped rate_limit');
  expect(compiled[0]!.inFlight.count).toBe(1);
  calls[2]!.answer(200);
  await third;
  expect(compiled[0]!.inFlight.count).toBe(0);
});

it('tells how long a copy took, in seconds, and what went wrong', async () => {
  vi.useFakeTimers();
  const { plan, calls, sender, outcomes } = setUp([M]);
  const first = plan(request('/'))!.send(PRIMARY);
  await vi.advanceTimersByTimeAsync(1500);
  calls[0]!.answer(503);
  await first;
  const second = plan(request('/'))!.send(PRIMARY);
  await vi.advanceTimersByTimeAsync(250);
  sender.abandon();
  await second;
  expect(outcomes).toEqual([
    { outcome: { outcome: 'sent', reason: '5xx', status: 503 }, seconds: 1.5 },
    {
      outcome: { outcome: 'failed', reason: 'shutdown', detail: 'the gateway stopped' },
      seconds: 0.25,
    },
  ]);
});

it('counts a copy that failed as one that used up its connection', async () => {
  vi.useFakeTimers();
  const mirrors = [{ ...M, breaker: false as const, max_in_flight: 1 }];
  const { plan, calls, told } = setUp(mirrors);
  // The burst of a second; one more is one too many for a mirror with one place.
  const burst = 500 + 1;
  for (let i = 0; i < burst; i++) {
    const sent = plan(request('/'))!.send(PRIMARY);
    calls[i]!.fail(new TransportError('reset', ''));
    await sent;
  }
  expect(new Set(told)).toEqual(new Set(['http://m failed reset']));
  const beyond = plan(request('/'))!.send(PRIMARY);
  calls[burst]!.fail(new TransportError('reset', ''));
  await beyond;
  await plan(request('/'))!.send(PRIMARY);
  expect(told.at(-1)).toBe('http://m skipped in_flight_limit');
});

it('gives up what still waits when the gateway stops, and not what is over', () => {
  const { sender } = setUp([M]);
  const [waiting, over] = [vi.fn(), vi.fn()];
  sender.onAbandon(waiting);
  sender.onAbandon(over)();
  sender.abandon();
  expect(waiting).toHaveBeenCalledOnce();
  expect(over).not.toHaveBeenCalled();
});

it.each([
  [{}, '/a'],
  [{ query: ['a'] }, '/a'],
  [{ query: ['a'], copy: false }, '/a'],
  [{ query: ['a'], copy: true }, '/redacted'],
])('hides from the mirror what %j says', async (redact, target) => {
  const { plan, calls } = setUp([{ ...M, redact }]);
  void plan(request('/a'))!.send(PRIMARY);
  await vi.waitFor(() => expect(calls.map(({ copy }) => copy.target)).toEqual([target]));
});

it('sends no copy whose body must not be seen, and holds none of it', async () => {
  const { plan, told, calls, budget } = setUp([{ ...M, redact: { json: ['/a'], copy: true } }, N]);
  const { body, tap } = upload();
  const sent = plan(request('/', { upload: body }))!.send(PRIMARY);
  tap().chunk(new Uint8Array(100));
  tap().end(true);
  await vi.waitFor(() => expect(calls).toHaveLength(1));
  calls[0]!.answer(200);
  await sent;
  expect(told.toSorted()).toEqual(['http://m skipped filtered', 'http://n sent 2xx']);
  expect(budget.held).toBe(0);
});

it('has memory for a body with hashes in it beside the one that came, or sends none', async () => {
  const redact = { query: ['a'], copy: true };
  for (const [memory, ending] of [
    [150, 'skipped memory_limit'],
    [200, 'sent 2xx'],
  ] as const) {
    const { plan, told, calls, budget } = setUp([{ ...M, redact }], memory);
    const { body, tap } = upload(100);
    const sent = plan(request('/', { upload: body }))!.send(PRIMARY);
    tap().chunk(new Uint8Array(100));
    tap().end(true);
    if (memory === 200) {
      await vi.waitFor(() => expect(calls).toHaveLength(1));
      expect(budget.held).toBe(200);
      calls[0]!.answer(200);
    }
    await sent;
    expect(told).toEqual([`http://m ${ending}`]);
    expect(budget.held).toBe(0);
  }
});

describe('an observer', () => {
  const TAP: ResponseTap = { wanted: true, head() {}, chunk() {}, end() {} };

  it('follows copies and baselines, of which nobody else is told', async () => {
    const { plan, calls, told } = setUp([M, N]);
    const [base] = compileMirrors('1', { host: 'http://base' }, { instance: () => 'me' });
    const ended: string[] = [];
    let finish!: () => void;
    const done = new Promise<void>((resolve) => (finish = resolve));
    let over = false;
    const copies = plan(request('/'), (chosen) => ({
      baselines: [{ ...base!, isBaseline: true }],
      tapOf: ({ name }) => (name === chosen[1]!.name ? TAP : null),
      ended: ({ name }, { reason }) => ended.push(`${name} ${reason}`) > 0,
      done: () => done,
    }))!;
    const sent = copies.send(PRIMARY).then(() => (over = true));
    expect(calls.map(({ copy, tap }) => [copy.destination.origin, tap])).toEqual([
      ['http://m', null],
      ['http://n', TAP],
      ['http://base', null],
    ]);
    for (const { answer } of calls) answer(200);
    await new Promise(setImmediate);
    expect(told).toEqual(['http://m sent 2xx', 'http://n sent 2xx']);
    expect(ended).toEqual(['http://m 2xx', 'http://n 2xx', 'http://base 2xx']);
    // What the observer still has to do may outlive a Worker's request, so somebody must wait for it.
    expect(over).toBe(false);
    finish();
    await sent;
  });

  it('is told of the mirrors that get a copy, and may find none of interest', async () => {
    const filtered = { ...M, _meta: { filter: [['arg_a', '==', '1']] } };
    const { plan, calls, told } = setUp([filtered, N]);
    let chosen: readonly string[] = [];
    const copies = plan(request('/'), (mirrors) => {
      chosen = mirrors.map(({ name }) => name);
      return null;
    })!;
    const sent = copies.send(PRIMARY);
    expect([chosen, copies.observer, calls[0]!.tap]).toEqual([['http://n'], null, null]);
    calls[0]!.answer(200);
    await sent;
    expect(told).toEqual(['http://m skipped filtered', 'http://n sent 2xx']);
  });
});
