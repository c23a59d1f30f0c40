import type { GatewayProcess } from '../../test/runtimes/runtime.ts';
import { sample } from '../../test/support/outcomes.ts';
import { until } from '../../test/support/until.ts';
import type { LoadGenerator, LoadResult } from '../load/load.ts';

/** The same load with a healthy and with a bad mirror; a pair has the same index in both lists. */
export interface Pairs {
  readonly healthy: readonly LoadResult[];
  readonly bad: readonly LoadResult[];
}

export interface TurnsOptions {
  readonly load: LoadGenerator;
  readonly connections: number;
  /** Number of pairs of turns, and seconds of each turn. */
  readonly pairs: number;
  readonly seconds: number;
}

/** Copies to a mirror that never responds end by their timeout, 10 s by default; later on a busy machine. */
const SETTLE_MS = 60_000;

/** Runs turns A B A B; each begins once the copies of the previous one have ended. */
export async function takeTurns(
  gateway: GatewayProcess,
  paths: { readonly healthy: string; readonly bad: string },
  { load, connections, pairs, seconds }: TurnsOptions,
): Promise<Pairs> {
  async function turn(path: string): Promise<LoadResult> {
    const result = await load.run({ url: `${gateway.url}${path}`, connections, seconds });
    const idle = async () => (await sample(gateway, 'mirror_in_flight')) === 0;
    await until(idle, SETTLE_MS, `the end of the copies of ${path}`);
    return result;
  }

  const healthy: LoadResult[] = [];
  const bad: LoadResult[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    healthy.push(await turn(paths.healthy));
    bad.push(await turn(paths.bad));
  }
  return { healthy, bad };
}
