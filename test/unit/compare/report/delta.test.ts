import { describe, expect, it } from 'vitest';
import type { Comparison } from '../../../../src/compare/comparison.ts';
import { createReportSums, type ReportSums } from '../../../../src/compare/report/sums.ts';
import { random } from '../../../support/random.ts';
import { compared, difference, NOON_MS, pair } from './pairs.ts';

const now = () => NOON_MS + 60_000;
const emptySums = () => createReportSums({ now });
const throughJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** Counts things of all kinds, the same for the same seed. */
function traffic(seed: number, pairs: number, ...into: readonly ReportSums[]): void {
  const next = random(seed);
  const oneOf = <T>(all: readonly T[]) => all[Math.floor(next() * all.length)]!;
  for (let i = 0; i < pairs; i += 1) {
    const places = ['/a', '/b', 'status', 'x-cursor'].filter(() => next() < 0.2);
    const kinds = ['value', 'type', 'missing'] as const;
    const found = places.map((place) =>
      difference(place, { kind: oneOf(kinds), ignored: next() < 0.2, mirror: i }),
    );
    const reason = oneOf(['overload', 'encoding'] as const);
    const notCompared: Comparison = { result: 'not_compared', reason };
    const one = pair(next() < 0.1 ? notCompared : compared(...found), {
      route: oneOf(['1', '2']),
      method: oneOf(['GET', 'POST']),
      target: oneOf(['/users/1', '/cart']),
      atMs: NOON_MS + i,
      primary: next() < 0.1 ? null : { status: oneOf([200, 404, 500]), seconds: next() },
      mirrorResponse: { status: oneOf([200, 404, 500]), seconds: next() },
    });
    const isBaseline = next() < 0.2;
    const outcome = oneOf(['sent', 'failed', 'skipped'] as const);
    for (const sums of into) {
      sums.outcome(one.route, one.mirror, outcome, 'reason');
      if (isBaseline) sums.baseline(one);
      else sums.pair(one);
    }
  }
}

/** Without the order of what has equal counts, nor which of the examples were kept. */
function normalized(sums: ReportSums): unknown {
  const { mirrors } = sums.report();
  return JSON.parse(
    JSON.stringify(mirrors, (key, value: unknown) => {
      if (key === 'examples') return (value as unknown[]).length;
      if (!Array.isArray(value)) return value;
      return value.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
    }),
  );
}

describe('sums that are taken and merged', () => {
  it('are those that were counted in one place', () => {
    const [direct, merged, ...isolates] = [0, 1, 2, 3, 4].map(emptySums);
    for (let round = 0; round < 12; round += 1) {
      const isolate = isolates[round % isolates.length]!;
      traffic(round, 100, isolate, direct!);
      expect(merged!.merge(throughJson(isolate.take()))).toBe(true);
    }
    expect(normalized(merged!)).toEqual(normalized(direct!));
  });

  it('can be given back where they could not be handed over', () => {
    const [sums, direct] = [emptySums(), emptySums()];
    traffic(1, 100, sums, direct);
    const delta = sums.take();
    traffic(2, 100, sums, direct);
    sums.merge(delta);
    expect(normalized(sums)).toEqual(normalized(direct));
  });

  it('are taken once', () => {
    const sums = emptySums();
    expect(sums.take()).toBeNull();
    traffic(1, 1, sums);
    expect(sums.take()).not.toBeNull();
    expect(sums.take()).toBeNull();
  });

  it('began when the first of them was counted', () => {
    let time = NOON_MS;
    const isolate = createReportSums({ now: () => time });
    traffic(1, 1, isolate);
    isolate.take();
    time += 3_600_000;
    traffic(1, 1, isolate);
    const delta = isolate.take()!;
    expect(delta.sinceMs).toBe(time);
    const object = createReportSums({ now: () => time + 1000 });
    object.merge(delta);
    expect(object.report().since).toBe('2026-05-04T13:00:00.000Z');
    // An empty report does not begin in the future.
    expect(isolate.report().since).toBe('2026-05-04T13:00:00.000Z');
  });

  it('keep to the limits of endpoints, places and examples', () => {
    const sums = emptySums();
    for (let round = 0; round < 10; round += 1) {
      const isolate = emptySums();
      for (let i = 0; i < 300; i += 1) {
        const name = `${'abcdefghij'[round]}${[...String(i)].map((d) => 'abcdefghij'[Number(d)]).join('')}`;
        isolate.pair(pair(compared(difference('/a')), { target: `/${name}` }));
        isolate.pair(pair(compared(difference(`/${name}`)), { target: '/places' }));
      }
      sums.merge(throughJson(isolate.take()));
    }
    const [mirror] = sums.report().mirrors;
    expect(mirror).toMatchObject({ pairs: 6000, different: 6000 });
    expect(mirror!.endpoints).toHaveLength(1001);
    const places = mirror!.endpoints.find(({ path }) => path === '/places')!;
    const count = places.differences.reduce((sum, one) => sum + one.count, 0);
    expect([places.pairs, places.differences.length, count]).toEqual([3000, 201, 3000]);
    for (const { examples } of places.differences) expect(examples.length).toBeLessThanOrEqual(2);
  });
});

describe('what is no delta', () => {
  const good = emptySums();
  traffic(5, 50, good);
  const text = JSON.stringify(good.take());
  const before = emptySums();
  traffic(6, 50, before);
  const expected = JSON.stringify(before.report());

  it.each([
    ['nothing', null],
    ['a text', text],
    ['a list', []],
    ['of another version', { ...JSON.parse(text), version: 2 }],
    ['a prototype', JSON.parse('{"__proto__": {"version": 1, "sinceMs": 0, "mirrors": []}}')],
    ['names of statuses', JSON.parse(text.replace('"2xx 2xx"', '"__proto__ polluted"'))],
    ['a kind', JSON.parse(text.replace('"kind":"value"', '"kind":"toString"'))],
    [
      'a set of differences that are not there',
      JSON.parse(text.replace('"sets":[["', '"sets":[["z')),
    ],
    ['a negative count', JSON.parse(text.replace('"baselines":', '"baselines":-'))],
    ['a time that no date can have', JSON.parse(text.replace(/"lastMs":\d+/, '"lastMs":9e15'))],
  ])('%s: changes nothing', (_, delta) => {
    expect(delta === null || JSON.stringify(delta) !== text).toBe(true);
    expect(before.merge(delta)).toBe(false);
    expect(JSON.stringify(before.report())).toBe(expected);
    expect({}).not.toHaveProperty('polluted');
  });

  it('a value somewhere replaced by any other: changes nothing, or is merged, and never throws', () => {
    const next = random(9);
    const wrong: readonly unknown[] = [
      null,
      -1,
      0.5,
      1e300,
      '',
      'x',
      [],
      {},
      [[]],
      true,
      'é'.repeat(5000),
    ];
    for (let i = 0; i < 2000; i += 1) {
      const delta = JSON.parse(text) as unknown;
      replaceOne(delta, wrong[i % wrong.length], next);
      const sums = emptySums();
      const merged = sums.merge(delta);
      const report = sums.report();
      if (!merged) expect(report.mirrors).toEqual([]);
      for (const { pairs, same, different, noise_only } of report.mirrors) {
        expect(same + different).toBe(pairs);
        expect(noise_only).toBeLessThanOrEqual(same);
      }
    }
  });
});

/** Replaces a value at a place by chance. */
function replaceOne(root: unknown, value: unknown, next: () => number): void {
  let at = root as Record<string, unknown>;
  for (;;) {
    const keys = Object.keys(at);
    const key = keys[Math.floor(next() * keys.length)];
    if (key === undefined) return;
    const child = at[key];
    if (typeof child !== 'object' || child === null || next() < 0.2) {
      at[key] = value;
      return;
    }
    at = child as Record<string, unknown>;
  }
}
