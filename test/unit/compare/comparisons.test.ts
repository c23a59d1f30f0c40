import { afterEach, describe, expect, it, vi } from 'vitest';
import { compareMirrors } from '../../../src/compare/compared-mirror.ts';
import { planComparisons } from '../../../src/compare/comparisons.ts';
import { shedWhile } from '../../../src/compare/uncompared-responses.ts';
import type { ComparedPair } from '../../../src/compare/report/mirror-sums.ts';
import type { CompareConfig } from '../../../src/config/compare.ts';
import type {
  ComparisonsOptions,
  RequestComparisons,
} from '../../../src/compare/request-comparisons.ts';
import { memoryBudget } from '../../../src/http/memory-budget.ts';
import type { ResponseTap } from '../../../src/http/transport.ts';
import { request } from '../routes/request.ts';

afterEach(() => void vi.useRealTimers());

interface TestMirror {
  readonly route: string;
  readonly name: string;
  readonly timeout: number;
  readonly config: { readonly compare: boolean | CompareConfig };
}

const BASELINE: TestMirror = mirrorOf('http://old', true);

function mirrorOf(name: string, compare: boolean | CompareConfig): TestMirror {
  return { route: '1', name, timeout: 1000, config: { compare } };
}

function setUp(mirrors: readonly TestMirror[], method = 'GET', isFull = false) {
  const budget = memoryBudget(10_000);
  const pairs: { kind: string; pair: ComparedPair }[] = [];
  const abandon = new Set<() => void>();
  const compared = compareMirrors(mirrors, ({ config: { compare } }) =>
    typeof compare === 'object' && compare.baseline !== undefined ? BASELINE : null,
  );
  const options: ComparisonsOptions = {
    budget,
    compare: async (_, primary, mirror) => ({
      result: primary.body.join() === mirror.body.join() ? 'same' : 'different',
      differences: [],
    }),
    shed: shedWhile(() => isFull),
    redactTarget: (_, target) => `${target} redacted`,
    onPair: (_, pair, kind) => void pairs.push({ kind, pair }),
    onAbandon(giveUp) {
      abandon.add(giveUp);
      return () => void abandon.delete(giveUp);
    },
  };
  const again = () =>
    planComparisons(request('/a?b=1', { method }), mirrors, compared ?? new Map(), options)!;
  return { plan: again(), again, budget, pairs, abandon };
}

type TestComparisons = RequestComparisons<TestMirror>;

function respond(tap: ResponseTap | null, body: string, isComplete = true): void {
  tap!.head(200, ['x-a', '1'], body.length);
  tap!.chunk(new TextEncoder().encode(body));
  tap!.end(isComplete, null);
}

/** Lets a mirror respond, and its copy end. */
function answer(plan: TestComparisons, mirror: TestMirror, body: string): void {
  respond(plan.tapOf(mirror), body);
  plan.ended(mirror, { outcome: 'sent', status: 200 });
}

const results = (pairs: readonly { readonly pair: ComparedPair }[]) =>
  pairs.map(({ pair: { comparison } }) =>
    comparison.result === 'not_compared' ? comparison.reason : comparison.result,
  );

/** What is told of a copy that there is no room to compare. */
const uncompared = (reason: string, status: number | null) => ({
  kind: 'mirror',
  pair: expect.objectContaining({
    comparison: { result: 'not_compared', reason },
    primary: status === null ? null : { status, seconds: null },
    mirrorResponse: { status: 500, seconds: null },
    target: '/a?b=1 redacted',
  }),
});

describe('while there is no room', () => {
  const [one, two] = [mirrorOf('http://m', true), mirrorOf('http://n', true)];
  const isSent = { outcome: 'sent', status: 500 };

  it('observes nothing and tells the statuses, whichever comes first', async () => {
    const { plan, pairs } = setUp([one, two], 'GET', true);
    expect([plan.primaryTap, plan.tapOf(one), plan.baselines]).toEqual([null, null, []]);
    expect([plan.ended(one, isSent), pairs]).toEqual([true, []]);
    plan.primaryResponded!(201);
    expect(plan.ended(two, isSent)).toBe(true);
    await plan.done();
    expect(pairs).toEqual([uncompared('overload', 201), uncompared('overload', 201)]);
  });

  it('is done when the primary has failed as well', async () => {
    const { plan, pairs, abandon } = setUp([one], 'GET', true);
    plan.ended(one, isSent);
    const done = plan.done();
    plan.primaryFailed();
    await done;
    expect(pairs).toEqual([uncompared('primary_failed', null)]);
    expect(abandon.size).toBe(0);
  });

  it('tells of a copy whose primary nobody waits for any longer', async () => {
    const { plan, pairs, abandon } = setUp([one], 'GET', true);
    plan.ended(one, isSent);
    const done = plan.done();
    for (const giveUp of abandon) giveUp();
    await done;
    plan.primaryResponded!(200);
    expect(pairs).toEqual([uncompared('shutdown', null)]);
    expect(abandon.size).toBe(0);
  });

  it('tells nothing of copies that were not sent, or not chosen', async () => {
    const { plan, pairs } = setUp([one], 'GET', true);
    expect([plan.ended(one, { outcome: 'failed' }), plan.ended(two, isSent)]).toEqual([
      false,
      false,
    ]);
    plan.primaryResponded!(200);
    await plan.done();
    expect(pairs).toEqual([]);
  });

  it('begins no recording while others take nearly all memory', async () => {
    const { again, budget, pairs } = setUp([one]);
    budget.reserve(7501);
    const plan = again();
    expect(plan.primaryTap).toBeNull();
    plan.ended(one, isSent);
    plan.primaryResponded!(200);
    expect(pairs).toEqual([uncompared('memory_limit', 200)]);
    budget.release(1);
    expect(again().primaryTap).not.toBeNull();
  });
});

it('compares each response with the primary one, and then holds nothing', async () => {
  const [one, two] = [mirrorOf('http://m', true), mirrorOf('http://n', true)];
  const { plan, pairs, budget } = setUp([one, two]);
  answer(plan, one, 'a');
  respond(plan.primaryTap, 'a');
  answer(plan, two, 'b');
  await plan.done();
  expect(results(pairs).toSorted()).toEqual(['different', 'same']);
  expect(pairs.find(({ pair }) => pair.mirror === 'http://m')!.pair).toMatchObject({
    comparison: { result: 'same' },
    route: '1',
    mirror: 'http://m',
    method: 'GET',
    target: '/a?b=1 redacted',
    keep: 2,
    primary: { status: 200, seconds: expect.any(Number) },
    mirrorResponse: { status: 200, seconds: expect.any(Number) },
  });
  expect(budget.held).toBe(0);
});

it('plans nothing where nothing is compared', () => {
  expect(setUp([mirrorOf('http://m', false)]).plan).toBeNull();
  expect(setUp([mirrorOf('http://m', { sample_ratio: 0.00001 })]).plan).toBeNull();
});

it.each([
  ['the primary failed', 'primary_failed', (plan: TestComparisons) => plan.primaryFailed()],
  [
    'its client left',
    'body_incomplete',
    (plan: TestComparisons) => respond(plan.primaryTap, 'a', false),
  ],
  [
    'its body is too large',
    'body_too_large',
    (plan: TestComparisons) => respond(plan.primaryTap, 'abcd'),
  ],
] as const)('does not compare if %s', async (_, reason, primary) => {
  const mirror = mirrorOf('http://m', { max_body_size: 3 });
  const { plan, pairs, budget } = setUp([mirror]);
  primary(plan);
  answer(plan, mirror, 'a');
  await plan.done();
  expect(results(pairs)).toEqual([reason]);
  expect(pairs[0]!.pair.primary === null).toBe(reason === 'primary_failed');
  expect(budget.held).toBe(0);
});

it('holds a response no longer than the mirror may take', async () => {
  vi.useFakeTimers();
  const mirror = mirrorOf('http://m', true);
  const { plan, pairs, budget } = setUp([mirror]);
  plan.primaryTap!.head(200, [], null);
  answer(plan, mirror, 'a');
  const done = plan.done();
  await vi.advanceTimersByTimeAsync(mirror.timeout);
  await done;
  expect(results(pairs)).toEqual(['body_incomplete']);
  expect(budget.held).toBe(0);
});

it('waits for the primary as long as each mirror may take, whatever another may', async () => {
  vi.useFakeTimers();
  const [hasty, patient] = [
    mirrorOf('http://m', true),
    { ...mirrorOf('http://n', true), timeout: 5000 },
  ];
  const { plan, pairs, budget } = setUp([hasty, patient]);
  for (const mirror of [hasty, patient]) answer(plan, mirror, 'a');
  const done = plan.done();
  await vi.advanceTimersByTimeAsync(hasty.timeout);
  expect(results(pairs)).toEqual(['body_incomplete']);
  respond(plan.primaryTap, 'a');
  await done;
  expect(results(pairs)).toEqual(['body_incomplete', 'same']);
  expect(budget.held).toBe(0);
});

it('gives up what waits when the gateway stops', async () => {
  const mirror = mirrorOf('http://m', true);
  const { plan, pairs, abandon } = setUp([mirror]);
  answer(plan, mirror, 'a');
  await vi.waitFor(() => expect(abandon.size).toBe(1));
  for (const giveUp of abandon) giveUp();
  await plan.done();
  expect(results(pairs)).toEqual(['shutdown']);
  expect(abandon.size).toBe(0);
});

it('holds nothing of a copy that failed, not even what came before', async () => {
  const mirror = mirrorOf('http://m', true);
  const { plan, pairs, budget } = setUp([mirror]);
  const tap = plan.tapOf(mirror)!;
  tap.head(200, ['x-a', '1'], null);
  plan.ended(mirror, { outcome: 'failed' });
  tap.chunk(new Uint8Array(10));
  await plan.done();
  expect(pairs).toEqual([]);
  expect(budget.held).toBe(0);
});

it('asks a baseline of reads alone, and tells its pairs apart', async () => {
  const mirror = mirrorOf('http://m', { baseline: 'primary', baseline_ratio: 1 });
  expect(setUp([mirror], 'POST').plan.baselines).toEqual([]);
  const { plan, pairs, budget } = setUp([mirror]);
  expect(plan.baselines).toEqual([BASELINE]);
  respond(plan.primaryTap, 'a');
  answer(plan, BASELINE, 'b');
  answer(plan, mirror, 'a');
  await plan.done();
  expect(pairs.map(({ kind, pair }) => `${kind} ${pair.mirror}`)).toEqual([
    'baseline http://m',
    'mirror http://m',
  ]);
  expect(budget.held).toBe(0);
});
