import { hostOfMirror } from '../config/mirror-names.ts';
import type { Mirror } from '../mirror/mirror.ts';
import type { RouteLabels } from './lifetimes.ts';
import type { Readings } from './metrics.ts';
import type { Metric, Sample } from './prometheus.ts';

/** Sources of the gauges: the routes in force, and the memory that recordings hold. */
export interface InForce {
  /** Name of the runtime. */
  readonly runtime: string;
  /** Further families. Default: none. */
  readonly metrics?: readonly Metric[] | undefined;
  /** The table in force at a time in milliseconds since 1970; `null` before the first. */
  table(nowMs: number): Table | null;
  recordedBytes(): number;
}

interface Table {
  readonly size: number;
  routes(): Iterable<{ readonly id: string; readonly mirrors: readonly Mirror[] }>;
}

/** The values of the gauges. */
export function readings({ runtime, metrics, table, recordedBytes }: InForce): Readings {
  return {
    runtime,
    metrics,
    routes: () => table(Date.now())?.size ?? 0,
    inForce,
    recordedBytes,
    inFlight: () => perMirror((mirror) => mirror.inFlight.count),
    breakerOpen: () => perMirror((mirror) => Number(mirror.breaker.open)),
  };

  function* inForce(): Iterable<RouteLabels> {
    // Time 0, at which no route has expired yet: reading must not replace the table, which would be
    // reported as a reload and lead here again.
    for (const { id, mirrors } of table(0)?.routes() ?? []) {
      yield [id];
      for (const { name } of mirrors) {
        yield [id, name];
        yield [id, hostOfMirror(name)];
      }
    }
  }
  function* perMirror(read: (mirror: Mirror) => number): Iterable<Sample> {
    for (const { mirrors } of table(Date.now())?.routes() ?? [])
      for (const mirror of mirrors) yield [[mirror.route, hostOfMirror(mirror.name)], read(mirror)];
  }
}
