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
  const delta = good.take()!;

  it.each([
    ['nothing', null],
    ['a text', JSON.stringify(delta)],
    ['a list', []],
    ['of another version', { ...delta, version: 2 }],
    ['a prototype', JSON.parse('{"__proto__": {"version": 1, "sinceMs": 0, "mirrors": []}}')],
    ['without mirrors', { ...delta, mirrors: undefined }],
    ['cut short', { ...delta, mirrors: [...delta.mirrors, { route: '1', mirror: 'm' }] }],
  ])('%s: changes nothing', (_, value) => {
    const sums = emptySums();
    traffic(6, 50, sums);
    const before = JSON.stringify(sums.report());
    expect(sums.merge(value)).toBe(false);
    expect(JSON.stringify(sums.report())).toBe(before);
  });
});
