import { expect, it } from 'vitest';
import {
  BUCKETS,
  COLUMN,
  forEachTime,
  isOfMirror,
  KEPT_SECONDS,
  perSecond,
  recentEvents,
  middleOf,
} from '../../../src/telemetry/recent.ts';
import type { GatewayEvent } from '../../../src/telemetry/events.ts';
import type { Outcome } from '../../../src/mirror/outcome.ts';
import { copyEvent, REQUEST } from './copy-event.ts';

/** Some second, at the beginning of a window. */
const START = 1_790_000_000;

const SENT: Outcome = { outcome: 'sent', reason: '2xx', status: 200 };
const FAILED: Outcome = { outcome: 'failed', reason: 'timeout', detail: '' };
const SKIPPED: Outcome = { outcome: 'skipped', reason: 'loop' };

const requestEvent = (more: object = {}): GatewayEvent => ({
  type: 'request',
  route: '1',
  request: REQUEST,
  status: 200,
  seconds: 0.01,
  ...more,
});

/** Recent events with a clock that the test sets, in seconds. */
function watched(gone: ReadonlySet<string> = new Set()) {
  const clock = { second: START };
  const recent = recentEvents(
    (...labels) => !gone.has(labels.join(' ')),
    () => clock.second * 1000,
  );
  const countOf = (second: number, column: number) => recent.countsOf(second)?.[column];
  const bucketOf = (seconds: number) => {
    recent.listen(requestEvent({ seconds }));
    const [time] = timesOf(clock.second);
    clock.second++;
    return time!.bucket;
  };
  const timesOf = (second: number) => {
    const times: { series: number; bucket: number; weight: number }[] = [];
    forEachTime(recent.countsOf(second)!, (series, bucket, weight) =>
      times.push({ series, bucket, weight }),
    );
    return times;
  };
  return { ...recent, recent, clock, countOf, bucketOf, timesOf };
}

it('counts requests, errors among them, and copies by outcome, each in its second', () => {
  const { listen, clock, countOf, recent } = watched();
  expect([recent.since, recent.countsOf(START)]).toEqual([Infinity, null]);
  for (const status of [101, 204, 301, 404, 499, 500, 503, 599]) listen(requestEvent({ status }));
  for (const outcome of [SENT, SENT, FAILED, SKIPPED]) listen(copyEvent(outcome));
  clock.second += 2;
  listen(requestEvent());
  const counted = Object.entries(COLUMN).map(([name, column]) => [name, countOf(START, column)]);
  expect(Object.fromEntries(counted)).toEqual({
    requests: 8,
    errors: 3,
    sent: 2,
    failed: 1,
    skipped: 1,
  });
  expect(countOf(START + 1, COLUMN.requests)).toBe(0);
  expect(countOf(START + 2, COLUMN.requests)).toBe(1);
  expect(recent.countsOf(START + 3)).toBe(null);
  expect(recent.since).toBe(START);
});

it('finds the bucket of each duration, also of those that are too short or too long', () => {
  const { bucketOf } = watched();
  for (const seconds of [0.000064, 0.00008, 0.001, 0.0123, 0.99, 7, 59, 134]) {
    const bucket = bucketOf(seconds);
    // Eight buckets for each doubling, so half a bucket is a sixteenth of it.
    expect(Math.abs(Math.log2(middleOf(bucket) / seconds))).toBeLessThanOrEqual(1.0001 / 16);
  }
  expect([0, -1, 0.00001].map(bucketOf)).toEqual([0, 0, 0]);
  expect([135, 1e9, Infinity].map(bucketOf)).toEqual([BUCKETS - 1, BUCKETS - 1, BUCKETS - 1]);
});

it('keeps the times of requests and of copies that were sent, with what they were of', () => {
  const { listen, recent, timesOf } = watched();
  for (const outcome of [SENT, FAILED, SKIPPED]) listen(copyEvent(outcome, { seconds: 1 }));
  listen(requestEvent({ seconds: 0.0001 }));
  listen(copyEvent(SENT, { mirror: 'http://n', seconds: 0.0001 }));
  const { series, mirrors } = recent.routes.get('1')!;
  const [m, n] = ['http://m', 'http://n'].map((host) => mirrors.get(host)!.series);
  expect(new Set([series, m, n]).size).toBe(3);
  expect(timesOf(START)).toEqual([
    { series: m, bucket: expect.any(Number), weight: 1 },
    { series, bucket: 5, weight: 1 },
    { series: n, bucket: 5, weight: 1 },
  ]);
  expect([series, m, n].map((one) => isOfMirror(one!))).toEqual([false, true, true]);
});

it('keeps a random choice of the times of a second that has many, each of which stands for several', () => {
  const { listen, timesOf } = watched();
  for (let i = 0; i < 5000; i++) listen(requestEvent({ seconds: i < 2500 ? 0.001 : 1 }));
  for (let i = 0; i < 5000; i++) listen(copyEvent(SENT, { seconds: 1 }));
  const times = timesOf(START);
  expect(times).toHaveLength(512);
  expect(times.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(10_000);
  // A quarter of all: wrong by chance less than once in a million runs.
  const [fast] = times;
  const share = times.filter(({ bucket }) => bucket < 40).length / times.length;
  expect(fast!.weight).toBeCloseTo(10_000 / 512);
  expect(Math.abs(share - 0.25)).toBeLessThan(0.1);
  expect(
    Math.abs(times.filter(({ series }) => isOfMirror(series)).length / 512 - 0.5),
  ).toBeLessThan(0.11);
});

it('keeps so many seconds and no more, in memory that never grows', () => {
  const { listen, clock, countOf, recent } = watched();
  const column = COLUMN.requests;
  for (let i = 0; i < 3 * KEPT_SECONDS; i++) {
    for (let n = 0; n <= i % 3; n++) listen(requestEvent());
    clock.second++;
  }
  const last = clock.second - 1;
  expect(recent.countsOf(last - KEPT_SECONDS)).toBe(null);
  for (let age = 0; age < KEPT_SECONDS; age++)
    expect(countOf(last - age, column)).toBe(((3 * KEPT_SECONDS - 1 - age) % 3) + 1);
  const { buffer } = recent.countsOf(last)!;
  expect(buffer).toBe(recent.countsOf(last - 1)!.buffer);
  expect(buffer.byteLength).toBeLessThan(700 * 1024);
});

it('knows nothing of seconds long gone after a long time without events', () => {
  const { listen, clock, countOf, recent } = watched();
  listen(requestEvent());
  clock.second += KEPT_SECONDS * 7 + 3;
  listen(requestEvent());
  const column = COLUMN.requests;
  expect(countOf(clock.second, column)).toBe(1);
  for (let age = 1; age < KEPT_SECONDS; age++) expect(countOf(clock.second - age, column)).toBe(0);
  expect(recent.since).toBe(START);
});

it('counts a second that is told late, and begins anew where the clock was set back', () => {
  const { listen, clock, countOf, recent } = watched();
  listen(requestEvent());
  clock.second -= 1;
  listen(requestEvent());
  const column = COLUMN.requests;
  expect([countOf(START - 1, column), countOf(START, column)]).toEqual([1, 1]);
  clock.second = START - 3600;
  listen(requestEvent());
  expect([countOf(START - 3600, column), recent.countsOf(START)]).toEqual([1, null]);
  expect(countOf(START - 3601, column)).toBe(0);
  expect(recent.since).toBe(START - 3600);
});

it('knows how often a second something happened at a route and at its mirror', () => {
  const { listen, clock, recent } = watched();
  const rates = () => {
    const { requests, mirrors } = recent.routes.get('1')!;
    const { copies } = mirrors.get('http://m')!;
    return [requests, copies].map((one) => perSecond(one, clock.second * 1000));
  };
  for (; clock.second < START + 20; clock.second++) {
    for (let n = 0; n < 4; n++) listen(requestEvent());
    for (const outcome of [SENT, FAILED, SKIPPED]) listen(copyEvent(outcome));
  }
  expect(rates()).toEqual([4, 2]);
  clock.second += 5;
  expect(rates()).toEqual([2, 1]);
  clock.second += 5;
  expect(rates()).toEqual([0, 0]);
  listen(requestEvent());
  expect(rates()).toEqual([0.1, 0]);
});

it('sums outcomes by reason, and counts requests that matched no route under none', () => {
  const { listen, recent } = watched();
  for (const outcome of [SENT, SENT, FAILED, SKIPPED, SKIPPED, SKIPPED]) listen(copyEvent(outcome));
  listen(requestEvent({ route: '' }));
  expect([...recent.routes.keys()]).toEqual(['1', '']);
  expect(Object.fromEntries(recent.routes.get('1')!.mirrors.get('http://m')!.outcomes)).toEqual({
    '2xx': { outcome: 'sent', count: 2 },
    timeout: { outcome: 'failed', count: 1 },
    loop: { outcome: 'skipped', count: 3 },
  });
});

it('forgets routes and mirrors that nobody keeps, when routes were read', () => {
  const gone = new Set<string>();
  const { listen, recent } = watched(gone);
  for (const route of ['1', '2'])
    for (const mirror of ['http://m', 'http://n']) listen(copyEvent(SENT, { route, mirror }));
  const reload = () => listen({ type: 'reload', result: 'success', routes: 1 });
  reload();
  expect([...recent.routes.keys()]).toEqual(['1', '2']);
  gone.add('2').add('1 http://n');
  reload();
  expect([...recent.routes.keys()]).toEqual(['1']);
  expect([...recent.routes.get('1')!.mirrors.keys()]).toEqual(['http://m']);
});
