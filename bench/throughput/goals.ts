import { type CaseName, type Mode, rateOf } from './cases.ts';
import { p99Of } from './latency/latency.ts';
import { MATCH_TABLES, matchOf, wholeOf } from './matching/names.ts';
import { BUNDLE, cpuOf, startUpOf } from './workers/names.ts';

/** A goal for a figure, or for the ratio of two figures, as the median over the rounds. */
export interface Goal {
  readonly name: string;
  readonly over: string;
  readonly under?: string;
  readonly least?: number;
  readonly most?: number;
}

type Runtime = 'node' | 'bun' | 'deno';

/** By runtime; runtimes without a bound have no goal. */
type Bounds = Readonly<Partial<Record<Runtime, number>>>;

const EVERY: readonly Runtime[] = ['node', 'bun', 'deno'];

/** Default: the mirrored GET. */
interface RateGoal {
  readonly name: string;
  readonly case?: CaseName;
  readonly mode?: Mode;
  /** What it is compared with: another subject, or another mode of the same. */
  readonly subject?: (runtime: Runtime) => string;
  readonly against?: Mode;
  readonly bounds: Bounds;
}

const floor = (runtime: Runtime) => `${runtime}-floor`;
const all = (bound: number): Bounds => ({ node: bound, bun: bound, deno: bound });

const RATES: readonly RateGoal[] = [
  {
    name: 'GET mirrored / nginx mirror',
    subject: () => 'nginx',
    bounds: { node: 1, bun: 0.75, deno: 0.65 },
  },
  {
    name: 'POST 16 KiB mirrored / nginx mirror',
    case: 'post',
    subject: () => 'nginx',
    bounds: { node: 3, bun: 1.7, deno: 1.7 },
  },
  {
    name: 'GET mirrored / own floor',
    subject: floor,
    bounds: { node: 0.9, bun: 0.95, deno: 0.95 },
  },
  {
    name: 'GET plain / own floor',
    mode: 'plain',
    subject: floor,
    bounds: { node: 0.85, bun: 0.9, deno: 0.9 },
  },
  {
    name: 'GET, mirror stalled / healthy',
    mode: 'stalled',
    against: 'mirrored',
    bounds: all(0.95),
  },
  {
    name: 'GET, mirror stalled / nginx stalled',
    mode: 'stalled',
    subject: () => 'nginx',
    bounds: all(100),
  },
  { name: 'GET mirrored / Fastify', subject: () => 'fastify', bounds: { node: 2 } },
];

function rateGoals(goal: RateGoal): Goal[] {
  const { name, case: request = 'get', mode = 'mirrored', subject, against = mode, bounds } = goal;
  return EVERY.flatMap((runtime) => {
    const least = bounds[runtime];
    if (least === undefined) return [];
    const under = rateOf(request, against, subject?.(runtime) ?? runtime);
    return [{ name: `${runtime}: ${name}`, over: rateOf(request, mode, runtime), under, least }];
  });
}

/** The least rate of whole requests with many routes, as a share of the rate with one. */
const LEAST_RATE_SHARE = 1 / 1.02;

const { many, one } = MATCH_TABLES;

export const GOALS: readonly Goal[] = [
  ...RATES.flatMap(rateGoals),
  ...EVERY.map((runtime) => ({
    name: `${runtime}: p99 of GET, mirror on / off`,
    over: p99Of('on', runtime),
    under: p99Of('off', runtime),
    most: 1.15,
  })),
  ...EVERY.map((runtime) => ({
    name: `${runtime}: match alone, ${many} routes / ${one}`,
    over: matchOf(runtime, many),
    under: matchOf(runtime, one),
    most: 1.5,
  })),
  ...EVERY.map((runtime) => ({
    name: `${runtime}: GET, ${many} routes / ${one}`,
    over: wholeOf(runtime, many),
    under: wholeOf(runtime, one),
    least: LEAST_RATE_SHARE,
  })),
  { name: 'workers: KiB of the bundle, compressed', over: BUNDLE, most: 60 },
  {
    name: 'workers: start-up / a bare Hono worker',
    over: startUpOf('ours'),
    under: startUpOf('bare'),
    most: 1.5,
  },
  {
    name: 'workers: CPU of a mirrored GET / by hand',
    over: cpuOf('get', 'ours'),
    under: cpuOf('get', 'by hand'),
    most: 1.2,
  },
];
