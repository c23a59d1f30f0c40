import { expect, it } from 'vitest';
import { createMetrics, type Readings } from '../../../src/telemetry/metrics.ts';
import { counter, gauge, histogram } from '../../../src/telemetry/prometheus/metric.ts';
import { readExposition } from '../../support/exposition.ts';
import { copyEvent, REQUEST } from './copy-event.ts';

const of = (method: string) => ({ ...REQUEST, method });

const READINGS: Readings = {
  routes: () => 2,
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
