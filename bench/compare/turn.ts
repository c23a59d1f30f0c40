import type { GatewayProcess } from '../../test/runtimes/runtime.ts';
import type { Exposed } from '../../test/support/exposition.ts';
import { exposed, sum } from '../../test/support/outcomes.ts';
import { until } from '../../test/support/until.ts';
import type { LoadGenerator } from '../load/load.ts';
import {
  cpuSeconds,
  forgetPeaks,
  lowPrioritySeconds,
  members,
  peakResidentBytes,
} from '../machine/group.ts';

export interface TurnOptions {
  readonly load: LoadGenerator;
  readonly connections: number;
  readonly seconds: number;
}

/** What one turn of load on a route showed. */
export interface Turn {
  readonly requestsPerSecond: number;
  /** 99th percentile in milliseconds. */
  readonly p99: number;
  /** Requests without a 200. */
  readonly wrong: number;
  /** Microseconds of processor time for each request, without those of the thread that compares. */
  readonly serving: number;
  /** Those of that thread, until the last pair was compared. */
  readonly comparing: number;
  /** The most resident memory of the process, garbage included. */
  readonly peakBytes: number;
  readonly copies: Copies;
}

/** The copies of a turn, as the metrics count them. */
export interface Copies {
  readonly sent: number;
  /** Sent copies by what came of their comparison: `same`, `different` or the reason why they were not compared. */
  readonly results: Readonly<Record<string, number>>;
}

/** Longer than a copy may live, and than the thread needs for what waits. */
const SETTLE_MS = 120_000;

/** Between two looks at the metrics, so that these take hardly any time of the gateway. */
const LOOK_MS = 50;

/** Puts load on a route, whose id is the first segment of the path, and waits until its copies and pairs have ended. */
export async function takeTurn(
  gateway: GatewayProcess,
  path: string,
  { load, connections, seconds }: TurnOptions,
): Promise<Turn> {
  const route = path.split('/')[1]!;
  const pids = members(gateway.program.child.pid!);
  const before = await exposed(gateway);
  forgetPeaks(pids);
  const comparingBefore = lowPrioritySeconds(pids);
  const servingBefore = cpuSeconds(pids) - comparingBefore;
  const result = await load.run({ url: `${gateway.url}${path}`, connections, seconds });
  // Before anyone looks at the metrics, which takes time as well.
  const serving = cpuSeconds(pids) - lowPrioritySeconds(pids) - servingBefore;
  const after = await settled(gateway, path);
  const requests = count(before, after, 'gateway_requests_total', { route });
  const microseconds = (spent: number) => (spent / requests) * 1_000_000;
  return {
    ...result,
    serving: microseconds(serving),
    comparing: microseconds(lowPrioritySeconds(pids) - comparingBefore),
    peakBytes: peakResidentBytes(pids),
    copies: {
      sent: count(before, after, 'mirror_copies_total', { route, outcome: 'sent' }),
      results: resultsOf(before, after, route),
    },
  };
}

async function settled(gateway: GatewayProcess, path: string): Promise<readonly Exposed[]> {
  let now: readonly Exposed[] = [];
  const idle = async () => {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    now = await exposed(gateway);
    // A response is held until its comparison has ended.
    return sum(now, 'mirror_in_flight') === 0 && sum(now, 'mirror_recorded_bytes') === 0;
  };
  await until(idle, SETTLE_MS, `the end of the copies and comparisons of ${path}`);
  return now;
}

function count(
  before: readonly Exposed[],
  after: readonly Exposed[],
  name: string,
  labels: Readonly<Record<string, string>>,
): number {
  return sum(after, name, labels) - sum(before, name, labels);
}

function resultsOf(
  before: readonly Exposed[],
  after: readonly Exposed[],
  route: string,
): Record<string, number> {
  const results: Record<string, number> = {};
  for (const { name, labels } of after) {
    if (name !== 'mirror_comparisons_total' || labels['route'] !== route) continue;
    const result = labels['reason'] || labels['result']!;
    results[result] = count(before, after, name, labels);
  }
  return results;
}
