import { expect, it, vi } from 'vitest';
import { createGateway } from '../../../src/gateway.ts';
import type { RouteLabels } from '../../../src/telemetry/lifetimes.ts';
import { createMetrics, type Readings } from '../../../src/telemetry/metrics.ts';
import { counter, gauge, histogram } from '../../../src/telemetry/prometheus.ts';
import { readExposition } from '../../support/exposition.ts';
import { copyEvent, REQUEST } from './copy-event.ts';

const of = (method: string) => ({ ...REQUEST, method });

const READINGS: Readings = {
  runtime: 'node',
  routes: () => 2,
  inForce: () => [['1'], ['1', 'http://m']],
  recordedBytes: () => 7,
  inFlight: () => [
    [['1', 'http://m'], 3],
    [['1', 'http://m'], 4],
    [['2', 'http://m'], 0],
  ],
  breakerOpen: () => [],
};

it('renders a page that keeps to the text format, empty or not', () => {
  const { listen, render } = createMetrics(READINGS);
  readExposition(render());
  listen({ type: 'request', route: '1', request: of('GET'), status: 200, seconds: 0.02 });
  listen({ type: 'request', route: '1', request: of('BREW'), status: 200, seconds: 100 });
  listen({ type: 'request', route: '1', request: of('TEA'), status: 200, seconds: 0 });
  for (const reason of ['sampled_out', 'loop'] as const) {
    const outcome = { outcome: 'skipped', reason } as const;
    listen(copyEvent(outcome));
  }
  listen({ type: 'reload', result: 'success', routes: 1 });
  const samples = readExposition(render());
  const value = (name: string, labels: object) =>
    samples.find((s) => s.name === name && JSON.stringify(s.labels) === JSON.stringify(labels))
      ?.value;
  expect(value('gateway_requests_total', { route: '1', method: 'GET', code: '200' })).toBe(1);
  expect(value('gateway_requests_total', { route: '1', method: 'OTHER', code: '200' })).toBe(2);
  expect(value('gateway_request_duration_seconds_count', { route: '1' })).toBe(3);
  expect(value('gateway_route_reloads_total', { result: 'success' })).toBe(1);
  expect(value('mirror_in_flight', { route: '1', mirror: 'http://m' })).toBe(7);
  expect(value('mirror_recorded_bytes', {})).toBe(7);
  // Skipped copies have no life to measure.
  expect(samples.some(({ name }) => name.startsWith('mirror_copy_duration_seconds'))).toBe(false);
});

it('escapes label values', () => {
  const odd = 'a"b\\c\nd';
  const metric = counter('x_total', 'X.', ['odd']);
  metric.add(odd);
  expect(metric.render()).toContain('x_total{odd="a\\"b\\\\c\\nd"} 1');
  expect(readExposition(`${metric.render()}\n`)[0]!.labels).toEqual({ odd });
});

it('keeps label sets apart and counts each', () => {
  const metric = counter('x_total', 'X.', ['a', 'b']);
  metric.add('1', '2');
  metric.add('1', '3');
  metric.add('1', '2');
  expect(readExposition(`${metric.render()}\n`).map(({ value }) => value)).toEqual([2, 1]);
});

it('puts a value that equals a bound into its bucket', () => {
  const metric = histogram('x_seconds', 'X.', []);
  for (const seconds of [0.001, 0.0011, 60, 61]) metric.observe(seconds);
  const text = metric.render();
  expect(text).toContain('x_seconds_bucket{le="0.001"} 1\n');
  expect(text).toContain('x_seconds_bucket{le="0.0025"} 2\n');
  expect(text).toContain('x_seconds_bucket{le="60"} 3\n');
  expect(text).toContain('x_seconds_bucket{le="+Inf"} 4\n');
  expect(text).toContain('x_seconds_count 4');
});

it('reads gauges when it renders', () => {
  let now = 1;
  const metric = gauge('x', 'X.', [], () => [[[], now]]);
  now = 2;
  expect(metric.render()).toBe('# HELP x X.\n# TYPE x gauge\nx 2');
});

it('forgets a route an hour after it went, all of it at once, and starts anew when it is back', () => {
  const clock = { now: 0 };
  let inForce: RouteLabels[] = [['1'], ['1', 'http://m'], ['2'], ['2', 'http://m']];
  const { listen, render } = createMetrics(
    { ...READINGS, inForce: () => inForce },
    () => clock.now,
  );
  const answered = (route: string) =>
    listen({ type: 'request', route, request: REQUEST, status: 200, seconds: 0 });
  const copied = (route: string) =>
    listen(copyEvent({ outcome: 'sent', reason: '2xx', status: 200 }, { route }));
  /** Samples by route, and how many requests and copies were counted. */
  const shown = (route: string) => {
    const samples = readExposition(render()).filter(({ labels }) => labels['route'] === route);
    const count = (name: string) => samples.find((sample) => sample.name === name)?.value;
    return [count('gateway_requests_total'), count('mirror_copies_total')];
  };
  const reload = () => listen({ type: 'reload', result: 'success', routes: inForce.length });
  for (const route of ['', '1', '2', '2']) answered(route);
  for (const route of ['1', '2', '2']) copied(route);
  inForce = inForce.slice(0, 2);
  reload();
  clock.now = 3_599_999;
  expect([shown('1'), shown('2')]).toEqual([
    [1, 1],
    [2, 2],
  ]);
  clock.now = 3_600_000;
  expect(render()).not.toContain('route="2",code');
  expect(shown('2')).toEqual([undefined, undefined]);
  // What one that is forgotten still had under way does not bring half of it back.
  copied('2');
  expect(shown('2')).toEqual([undefined, undefined]);
  inForce = [...inForce, ['2'], ['2', 'http://m']];
  reload();
  answered('2');
  copied('2');
  expect([shown(''), shown('1'), shown('2')]).toEqual([
    [1, undefined],
    [1, 1],
    [1, 1],
  ]);
});

it('does not grow with the routes that there ever were', () => {
  const clock = { now: 0 };
  let id = 0;
  const { listen, render } = createMetrics(
    { ...READINGS, inFlight: () => [], inForce: () => [[`r${id}`], [`r${id}`, `http://m${id}`]] },
    () => clock.now,
  );
  const lines = [];
  // A new route, and mirror, each minute of a day.
  for (; id < 1440; id++) {
    clock.now = id * 60_000;
    listen({ type: 'reload', result: 'success', routes: 1 });
    const labels = { route: `r${id}`, mirror: `http://m${id}` };
    listen({ type: 'request', ...labels, request: REQUEST, status: 200, seconds: 0 });
    listen(copyEvent({ outcome: 'sent', reason: '2xx', status: 200 }, labels));
    if (id % 60 === 59) lines.push(render().split('\n').length);
  }
  expect(new Set(lines.slice(1)).size).toBe(1);
  expect(render()).toContain('route="r1439"');
  expect(render()).not.toContain('route="r1300"');
});

it('is asked by a gateway, whose first routes were in force before any reload', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const { app } = createGateway({ adminKey: 'key', routes: [{ id: '1', uri: '/a', plugins: {} }] });
  const ask = async (path: string, method = 'GET') => {
    const headers = { 'x-api-key': 'key' };
    return (await app.request(`http://gateway${path}`, { method, headers })).text();
  };
  const counted = async () =>
    (await ask('/apisix/prometheus/metrics')).includes('gateway_requests_total{route="1"');
  await ask('/a');
  await ask('/apisix/admin/routes/1', 'DELETE');
  expect(await counted()).toBe(true);
  vi.setSystemTime(Date.now() + 3_600_000);
  expect(await counted()).toBe(false);
  vi.useRealTimers();
});
