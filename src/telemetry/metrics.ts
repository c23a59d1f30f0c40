import { hostOfMirror } from '../config/mirror-names.ts';
import { METHODS } from '../http/methods.ts';
import type { ComparedPair } from '../compare/report/mirror-sums.ts';
import { statusClass } from '../http/status.ts';
import { VERSION } from '../version.ts';
import type { Listener } from './events.ts';
import { type Lifetimes, lifetimes, type RouteLabels } from './lifetimes.ts';
import { counter, gauge, histogram, type Metric, type Sample } from './prometheus.ts';

/** The metrics of the gateway, in the Prometheus text format. */
export interface Metrics {
  readonly listen: Listener;
  /** Whether a route or mirror has samples still. */
  readonly keeps: Lifetimes['has'];
  render(): string;
}

/** Functions that read current values, called on each scrape. */
export interface Readings {
  /** Name of the runtime. */
  readonly runtime: string;
  /** Further families. Default: none. */
  readonly metrics?: readonly Metric[] | undefined;
  readonly routes: () => number;
  /** The labels in force: each route alone, and each route with each of its mirrors. */
  readonly inForce: () => Iterable<RouteLabels>;
  readonly recordedBytes: () => number;
  /** Copies in flight by route and mirror. */
  readonly inFlight: () => Iterable<Sample>;
  readonly breakerOpen: () => Iterable<Sample>;
}

/** Of the mirror's time less the primary's: the mirror may be faster. */
const LAG_BOUNDS_S = [-10, -1, -0.1, -0.025, -0.01, -0.001, 0, 0.001, 0.01, 0.025, 0.1, 1, 10];

/** Label of requests that matched no route. */
const NO_ROUTE = '';

/**
 * Creates the metrics. Label values come from the configuration or from closed sets, never from requests.
 *
 * @param now clock in milliseconds
 */
export function createMetrics(readings: Readings, now: () => number = Date.now): Metrics {
  const lives = lifetimes(now);
  const requests = counter('gateway_requests_total', 'Requests by route (empty: none).', [
    'route',
    'method',
    'code',
  ]);
  const requestSeconds = histogram('gateway_request_duration_seconds', 'Time to respond.', [
    'route',
  ]);
  const copies = counter('mirror_copies_total', 'Outcomes: one per request and mirror.', [
    'route',
    'mirror',
    'outcome',
    'reason',
  ]);
  const copySeconds = histogram(
    'mirror_copy_duration_seconds',
    'Time until its response was read.',
    ['route', 'mirror'],
  );
  const comparisons = counter('mirror_comparisons_total', 'Copies by how they compare.', [
    'route',
    'mirror',
    'result',
    'reason',
  ]);
  const statusPairs = counter('mirror_status_pairs_total', 'Pairs of responses by status.', [
    'route',
    'mirror',
    'primary',
    'mirror_status',
  ]);
  const lag = histogram(
    'mirror_lag_seconds',
    "The mirror's time to respond less the primary's.",
    ['route', 'mirror'],
    LAG_BOUNDS_S,
  );
  const reloads = counter('gateway_route_reloads_total', 'Documents read.', ['result']);
  const lastReload = new Map<string, number>();
  const gauges = [
    gauge('mirror_in_flight', 'Copies under way.', ['route', 'mirror'], readings.inFlight),
    gauge('mirror_breaker_open', '1 while it is open.', ['route', 'mirror'], readings.breakerOpen),
    gauge('mirror_recorded_bytes', 'Bytes of recorded bodies.', [], () => [
      [[], readings.recordedBytes()],
    ]),
    gauge('gateway_routes', 'Routes in force.', [], () => [[[], readings.routes()]]),
    gauge('proxy_mirror_build_info', 'Always 1.', ['version', 'runtime'], () => [
      [[VERSION, readings.runtime], 1],
    ]),
    gauge('gateway_last_reload_timestamp_seconds', 'Unix time of the last read.', ['result'], () =>
      Array.from(lastReload, ([result, time]): Sample => [[result], time]),
    ),
  ];
  const ofRoutes = [requests, requestSeconds];
  const ofMirrors = [copies, copySeconds, comparisons, statusPairs, lag];

  // Routes given in code are in force from the start, without a reload event.
  forget();
  return {
    keeps: lives.has,
    listen(event) {
      switch (event.type) {
        case 'request': {
          // Clients could create any number of labels.
          const method = METHODS.has(event.request.method) ? event.request.method : 'OTHER';
          requests.add(event.route, method, String(event.status));
          requestSeconds.observe(event.seconds, event.route);
          break;
        }
        case 'copy': {
          const { outcome, reason } = event.outcome;
          const mirror = hostOfMirror(event.mirror);
          copies.add(event.route, mirror, outcome, reason);
          if (outcome !== 'skipped') copySeconds.observe(event.seconds, event.route, mirror);
          break;
        }
        case 'comparison': {
          if (event.kind === 'mirror') compared(event.pair);
          break;
        }
        case 'reload':
          reloads.add(event.result);
          lastReload.set(event.result, now() / 1000);
          forget();
          break;
      }
    },
    render() {
      // Also here: a late outcome of a removed route may have created some of its series again.
      forget();
      const families = [...ofRoutes, ...ofMirrors, ...gauges, reloads, ...(readings.metrics ?? [])];
      return `${families.map((metric) => metric.render()).join('\n')}\n`;
    },
  };

  function compared(pair: ComparedPair): void {
    const { route, comparison, primary, mirrorResponse } = pair;
    const mirror = hostOfMirror(pair.mirror);
    const reason = comparison.result === 'not_compared' ? comparison.reason : '';
    comparisons.add(route, mirror, comparison.result, reason);
    if (primary === null) return;
    statusPairs.add(route, mirror, statusClass(primary.status), statusClass(mirrorResponse.status));
    if (primary.seconds !== null && mirrorResponse.seconds !== null)
      lag.observe(mirrorResponse.seconds - primary.seconds, route, mirror);
  }

  /** Drops the series of routes and mirrors that were removed more than an hour ago. */
  function forget(): void {
    lives.update(readings.inForce());
    for (const series of ofRoutes) {
      series.keep(([route]) => route === NO_ROUTE || lives.has(route!));
    }
    for (const series of ofMirrors) {
      series.keep(([route, mirror]) => lives.has(route!, mirror));
    }
  }
}
