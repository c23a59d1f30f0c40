import { forEachTime, type Recent } from '../../../telemetry/recent.ts';
import type { Shown } from './page.ts';
import { type Histogram, newHistogram, type Quantiles, quantiles } from './figures.ts';

/** The times of a route or a mirror. */
export interface Times {
  /** Of the last minute. */
  readonly lately: Quantiles;
  /** p95 of the last five minutes in steps, oldest first; `null` where there were no times. */
  readonly steps: readonly (number | null)[];
}

/** Length of a step, and of all that are shown, in seconds. */
const STEP_S = 15;
const CHART_S = 300;
const STEPS = CHART_S / STEP_S;
const LATELY_S = 60;

interface Counted {
  readonly lately: Histogram;
  readonly steps: readonly Histogram[];
}

/**
 * The times of the routes and mirrors on a page, by the number of their series.
 *
 * @example timesOf(shown, recent, Date.now()).get(recent.routes.get('1').series)
 */
export function timesOf(
  shown: readonly Shown[],
  recent: Recent,
  nowMs: number,
): ReadonlyMap<number, Times> {
  const counted = new Map(Array.from(seriesOf(shown, recent), (one) => [one, newCounted()]));
  const end = Math.floor(nowMs / 1000);
  const lastStep = Math.floor(end / STEP_S);
  for (let second = (lastStep - STEPS + 1) * STEP_S; second <= end; second++) {
    const counts = recent.countsOf(second);
    if (counts === null) continue;
    const step = Math.floor(second / STEP_S) - lastStep + STEPS - 1;
    const isLately = second > end - LATELY_S;
    forEachTime(counts, (series, bucket, weight) => {
      const of = counted.get(series);
      if (of === undefined) return;
      of.steps[step]![bucket]! += weight;
      if (isLately) of.lately[bucket]! += weight;
    });
  }
  return new Map(
    Array.from(counted, ([series, { lately, steps }]) => [
      series,
      { lately: quantiles(lately), steps: steps.map((one) => quantiles(one).p95) },
    ]),
  );
}

function* seriesOf(shown: readonly Shown[], { routes }: Recent): Generator<number> {
  for (const { route, mirrors } of shown) {
    const recent = routes.get(route.id);
    if (recent === undefined) continue;
    yield recent.series;
    for (const { name } of mirrors) {
      const mirror = recent.mirrors.get(name);
      if (mirror !== undefined) yield mirror.series;
    }
  }
}

function newCounted(): Counted {
  return { lately: newHistogram(), steps: Array.from({ length: STEPS }, newHistogram) };
}
