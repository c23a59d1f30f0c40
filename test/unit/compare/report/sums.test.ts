import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { createReportSums } from '../../../../src/compare/report/sums.ts';
import type { MirrorReport } from '../../../../src/compare/report/report.ts';
import { random as generator } from '../../../support/random.ts';
import { compared, difference, NOON_MS, pair } from './pairs.ts';

const now = () => NOON_MS + 60_000;
const sumsAtNoon = () => createReportSums({ now });
const same = () => pair(compared());

/** The report of the only mirror. */
function only(sums: ReturnType<typeof createReportSums>): MirrorReport {
  const { mirrors } = sums.report();
  expect(mirrors).toHaveLength(1);
  return mirrors[0]!;
}

it('the report has the form that is documented', () => {
  const sums = sumsAtNoon();
  sums.outcome('1', 'http://mirror.example', 'failed', 'connect');
  sums.outcome('1', 'http://mirror.example', 'skipped', 'sampled_out');
  sums.pair(same());
  const changed = difference('/price', { kind: 'type', primary: 1, mirror: '1' });
  sums.pair(pair(compared(changed)));
  sums.pair(
    pair(
      { result: 'not_compared', reason: 'overload' },
      { mirrorResponse: { status: 503, seconds: 0.001 } },
    ),
  );
  const price = {
    place: '/price',
    kind: 'type',
    count: 1,
    ignored: 0,
    noise: 0,
    shown: true,
    first: '2026-05-04T12:00:00.000Z',
    last: '2026-05-04T12:00:00.000Z',
    examples: [
      {
        request_id: 'id-1',
        time: '2026-05-04T12:00:00.000Z',
        path: '/users/1',
        primary: 1,
        mirror: '1',
      },
    ],
  };
  expect(sums.report()).toEqual({
    since: '2026-05-04T12:01:00.000Z',
    until: '2026-05-04T12:01:00.000Z',
    scope: 'gateway',
    mirrors: [
      {
        route: '1',
        mirror: 'http://mirror.example',
        sent: 3,
        failed: { connect: 1 },
        skipped: { sampled_out: 1 },
        pairs: 2,
        same: 1,
        different: 1,
        noise_only: 0,
        not_compared: { overload: 1 },
        rate: { different: 0.5, low: 0.09453, high: 0.9055 },
        statuses: { '2xx': { '2xx': 2, '5xx': 1 } },
        latency: {
          primary: { p50: 0.00392, p95: 0.00392, p99: 0.00392 },
          mirror: { p50: 0.00605, p95: 0.00605, p99: 0.00605 },
          lag: { p50: 0.00196, p95: 0.00196, p99: 0.00196 },
        },
        endpoints: [
          {
            method: 'GET',
            path: '/users/{n}',
            pairs: 2,
            different: 1,
            noise_only: 0,
            baselines: 0,
            differences: [price],
          },
        ],
      },
    ],
  });
});

describe('the filter', () => {
  it('leaves mirrors of a route, or one of a host', () => {
    const sums = sumsAtNoon();
    for (const [route, mirror] of ['1a', '1b', '2a'].map((text) => [...text] as [string, string]))
      sums.outcome(route, mirror, 'sent', '2xx');
    const found = (filter: { route?: string; mirror?: string }) =>
      sums.report(filter).mirrors.map(({ route, mirror }) => route + mirror);
    expect(found({})).toEqual(['1a', '1b', '2a']);
    expect(found({ route: '1' })).toEqual(['1a', '1b']);
    expect(found({ mirror: 'a' })).toEqual(['1a', '2a']);
    expect(found({ route: '1', mirror: 'b' })).toEqual(['1b']);
    expect(found({ route: '3' })).toEqual([]);
  });
});

describe('noise', () => {
  it('is what differs as often between responses of the old version', () => {
    const sums = sumsAtNoon();
    const clock = difference('/clock');
    for (let i = 0; i < 1000; i += 1) {
      sums.pair(pair(i % 20 === 0 ? compared(clock, difference('/price')) : compared(clock)));
      if (i % 10 === 0) sums.baseline(pair(compared(clock)));
    }
    const { different, noise_only, same: equal, endpoints } = only(sums);
    expect({ different, noise_only, equal }).toEqual({
      different: 50,
      noise_only: 950,
      equal: 950,
    });
    expect(endpoints[0]!.baselines).toBe(100);
    expect(
      endpoints[0]!.differences.map(({ place, count, noise, shown }) => [
        place,
        count,
        noise,
        shown,
      ]),
    ).toEqual([
      ['/price', 50, 0, true],
      ['/clock', 1000, 100, false],
    ]);
  });

  it.each([
    // Diffy's thresholds: raw over noise by more than 20 % relative and 0.03 % absolute.
    ['without a baseline', { raw: 1, pairs: 10_000, noise: 0, baselines: 0 }, true],
    ['rarer than 0.03 %', { raw: 3, pairs: 10_000, noise: 0, baselines: 1000 }, false],
    ['too rare to tell', { raw: 4, pairs: 10_000, noise: 0, baselines: 1000 }, false],
    ['above 0.03 %', { raw: 8, pairs: 10_000, noise: 0, baselines: 10_000 }, true],
    ['within 20 %', { raw: 1500, pairs: 10_000, noise: 100, baselines: 1000 }, false],
    ['beyond 20 %', { raw: 1501, pairs: 10_000, noise: 100, baselines: 1000 }, true],
    ['less often than noise', { raw: 100, pairs: 10_000, noise: 900, baselines: 1000 }, false],
  ])('%s', (_, { raw, pairs, noise, baselines }, shown) => {
    const sums = sumsAtNoon();
    const one = compared(difference('/a'));
    for (let i = 0; i < pairs; i += 1) sums.pair(pair(i < raw ? one : compared()));
    for (let i = 0; i < baselines; i += 1) sums.baseline(pair(i < noise ? one : compared()));
    const { differences, different, noise_only } = only(sums).endpoints[0]!;
    expect(differences[0]!.shown).toBe(shown);
    expect(differences[0]!.undecided).toBe(raw === 4 ? true : undefined);
    expect([different, noise_only]).toEqual(shown ? [raw, 0] : [0, raw]);
  });

  it('known only later decides about pairs from before', () => {
    const sums = sumsAtNoon();
    for (let i = 0; i < 10; i += 1) sums.pair(pair(compared(difference('/clock'))));
    expect(only(sums)).toMatchObject({ different: 10, noise_only: 0, same: 0 });
    sums.baseline(pair(compared(difference('/clock'))));
    expect(only(sums)).toMatchObject({ different: 0, noise_only: 10, same: 10 });
  });

  it('holds what is ignored, while the same place counts where it is not', () => {
    const sums = sumsAtNoon();
    sums.pair(pair(compared(difference('/a', { ignored: true }))));
    expect(only(sums)).toMatchObject({ different: 0, noise_only: 1, same: 1 });
    expect(only(sums).endpoints[0]!.differences[0]).toMatchObject({ shown: false, ignored: 1 });
    sums.pair(pair(compared(difference('/a'))));
    expect(only(sums)).toMatchObject({ different: 1, noise_only: 1, pairs: 2 });
    expect(only(sums).endpoints[0]!.differences[0]).toMatchObject({ shown: true, count: 2 });
  });

  it('of a place that only baselines show is no difference of the mirror', () => {
    const sums = sumsAtNoon();
    sums.pair(same());
    sums.baseline(pair(compared(difference('/a'))));
    expect(only(sums).endpoints[0]!.differences).toEqual([]);
  });

  it('names in a place that look like ids do not hide it', () => {
    const sums = sumsAtNoon();
    const random = generator(7);
    const id = () => `${random().toString(16).slice(2, 10).padEnd(8, 'a')}0`;
    const byId = () => compared(difference(`/by/${id()}`, { kind: 'extra' }));
    for (let i = 0; i < 1000; i += 1) sums.pair(pair(byId()));
    for (let i = 0; i < 100; i += 1) sums.baseline(pair(byId()));
    expect(only(sums)).toMatchObject({ different: 0, noise_only: 1000 });
  });
});

it('a status that differs comes first, however rare it is', () => {
  const sums = createReportSums();
  for (let i = 0; i < 100; i += 1)
    sums.pair(pair(compared(difference('/a'), ...(i < 2 ? [difference('status')] : []))));
  const [endpoint] = sums.report().mirrors[0]!.endpoints;
  expect(endpoint!.differences.map(({ place }) => place)).toEqual(['status', '/a']);
});

describe('examples', () => {
  const keeping = (keep: number | undefined) => {
    const sums = sumsAtNoon();
    for (let i = 0; i < 50; i += 1)
      sums.pair(
        pair(compared(difference('/a')), {
          requestId: `id-${i}`,
          ...(keep !== undefined && { keep }),
        }),
      );
    return only(sums).endpoints[0]!.differences[0]!.examples;
  };
  it.each([
    [undefined, 2],
    [0, 0],
    [5, 5],
    [1000, 20],
  ])('with keep %s are %i', (keep, count) => {
    expect(keeping(keep)).toHaveLength(count);
  });

  it('have no query, no value where there is none, and only the beginning of a long one', () => {
    const sums = sumsAtNoon();
    const long = { kind: 'missing', primary: 'x'.repeat(5000), mirror: undefined } as const;
    sums.pair(pair(compared(difference('/a', long))));
    const [example] = only(sums).endpoints[0]!.differences[0]!.examples;
    expect(example).toEqual({
      request_id: 'id-1',
      time: '2026-05-04T12:00:00.000Z',
      path: '/users/1',
      primary: `"${'x'.repeat(1023)}...`,
    });
    expect(JSON.stringify(sums.report())).not.toContain('secret');
  });
});

it('exact: different and noise_only are those of all pairs judged one by one', () => {
  const random = generator(42);
  const sums = sumsAtNoon();
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  const rates = [0.5, 0.01, 0.2, 0.004, 0.9, 0.05];
  const noisy = new Set(['a', 'c', 'e']);
  const shows = (isBaseline: boolean) =>
    names.filter((name, i) => (!isBaseline || noisy.has(name)) && random() < rates[i]!);
  const all: string[][] = [];
  for (let i = 0; i < 5000; i += 1) {
    const found = shows(false);
    all.push(found);
    sums.pair(pair(compared(...found.map((name) => difference(`/${name}`)))));
    if (i % 2 === 0)
      sums.baseline(pair(compared(...shows(true).map((name) => difference(`/${name}`)))));
  }
  const isDifferent = (found: readonly string[]) => found.some((name) => !noisy.has(name));
  expect(only(sums)).toMatchObject({
    pairs: 5000,
    different: all.filter(isDifferent).length,
    noise_only: all.filter((found) => found.length > 0 && !isDifferent(found)).length,
  });
});

describe('bounded memory', { timeout: 120_000 }, () => {
  /** Twice what is allowed by estimate, for sums and examples. */
  const MOST_BYTES = 48 * 2 ** 20;

  /** Bytes of the heap that the sums hold. */
  function heap(): number {
    setFlagsFromString('--expose-gc');
    (runInNewContext('gc') as () => void)();
    return process.memoryUsage().heapUsed;
  }

  it('a million paths: the first 1,000 endpoints, and the rest adds up', () => {
    const before = heap();
    const sums = sumsAtNoon();
    for (let i = 0; i < 1_000_000; i += 1) {
      const comparison = i % 10 === 0 ? compared(difference('/a')) : compared();
      sums.pair(pair(comparison, { target: `/${letters(i)}` }));
    }
    expect(heap() - before).toBeLessThan(MOST_BYTES);
    const { endpoints, pairs, different } = only(sums);
    expect([pairs, different]).toEqual([1_000_000, 100_000]);
    expect(endpoints).toHaveLength(1001);
    const other = endpoints.find(({ path }) => path === 'other');
    expect(other).toMatchObject({ method: '*', pairs: 999_000, different: 99_900 });
    expect(endpoints.reduce((sum, one) => sum + one.pairs, 0)).toBe(1_000_000);
  });

  it('a million places: the first 200, and the rest adds up', () => {
    const before = heap();
    const sums = sumsAtNoon();
    for (let i = 0; i < 1_000_000; i += 1) {
      const kind = i % 2 === 0 ? 'extra' : 'missing';
      sums.pair(pair(compared(difference(`/${letters(i)}`, { kind }))));
    }
    expect(heap() - before).toBeLessThan(MOST_BYTES);
    const { different, endpoints } = only(sums);
    expect(different).toBe(1_000_000);
    const { differences } = endpoints[0]!;
    expect(differences).toHaveLength(202);
    const rest = differences.filter((one) => one.rest);
    expect(rest.map(({ place, kind, count }) => [place, kind, count]).toSorted()).toEqual([
      ['other', 'extra', 499_900],
      ['other', 'missing', 499_900],
    ]);
  });

  it('as many sets of differences as there can be: all pairs are judged', () => {
    const random = generator(3);
    const sums = sumsAtNoon();
    for (let i = 0; i < 5000; i += 1) {
      const places = Array.from({ length: 40 }, () => `/p${letters(Math.floor(random() * 150))}`);
      sums.pair(pair(compared(...places.map((place) => difference(place)))));
    }
    expect(only(sums)).toMatchObject({ pairs: 5000, different: 5000, noise_only: 0 });
    const { mirrors } = sums.take()!;
    expect(mirrors[0]!.endpoints[0]!.sets).toHaveLength(1000);
  });

  it('examples hold at most 8 MiB, and nothing of the texts that they came in', () => {
    const before = heap();
    const sums = sumsAtNoon();
    const value = 'x'.repeat(1000);
    for (let i = 0; i < 20_000; i += 1) {
      const changed = difference(`/${letters(i % 10)}`, { primary: value, mirror: value });
      const target = `/${letters(Math.floor(i / 10) % 100)}?${'z'.repeat(20_000)}${i}`;
      sums.pair(pair(compared(changed), { target, keep: 20 }));
    }
    expect(heap() - before).toBeLessThan(16 * 2 ** 20);
    expect(JSON.stringify(sums.report()).length).toBeLessThan(8 * 2 ** 20);
    expect(only(sums).pairs).toBe(20_000);
  });

  it('thousands of endpoints with places and sets as long as can be', () => {
    const before = heap();
    const sums = sumsAtNoon();
    const long = 'x'.repeat(200);
    for (let i = 0; i < 100_000; i += 1) {
      const places = Array.from({ length: 4 }, (_, j) => `/${letters(i * 4 + j)}/${long}`);
      const comparison = compared(...places.map((place) => difference(place)));
      const target = `/${letters(i % 2000)}/${'y'.repeat(60)}`;
      sums.pair(pair(comparison, { target, mirror: `http://${i % 3}.example` }));
    }
    expect(heap() - before).toBeLessThan(MOST_BYTES);
    const { mirrors } = sums.report();
    expect(mirrors.map(({ pairs }) => pairs)).toEqual([33_334, 33_333, 33_333]);
    expect(mirrors.map(({ different }) => different)).toEqual([33_334, 33_333, 33_333]);
  });

  it('mirrors beyond the first 1,000', () => {
    const sums = sumsAtNoon();
    for (let i = 0; i < 2500; i += 1) {
      sums.pair(pair(compared(difference('/a')), { route: String(i) }));
    }
    const { mirrors } = sums.report();
    expect(mirrors.reduce((sum, { sent }) => sum + sent, 0)).toBe(2500);
    expect(mirrors.reduce((sum, { different }) => sum + different, 0)).toBe(2500);
    expect(mirrors.at(-1)).toMatchObject({ route: 'other', mirror: 'other' });
    expect(mirrors.length).toBeLessThanOrEqual(1001);
  });
});

/** A number in letters, so that it does not look like an id: `baaa`. */
function letters(number: number): string {
  return number.toString(26).replace(/[0-9a-p]/g, (digit) => {
    return String.fromCharCode(0x61 + parseInt(digit, 26));
  });
}

it('reset begins anew', () => {
  let time = NOON_MS;
  const sums = createReportSums({ scope: 'isolate', now: () => time });
  sums.pair(same());
  time += 1000;
  sums.reset();
  expect(sums.report()).toEqual({
    since: '2026-05-04T12:00:01.000Z',
    until: '2026-05-04T12:00:01.000Z',
    scope: 'isolate',
    mirrors: [],
  });
});
