import type { GatewayProcess, RuntimeName, TestRuntime } from '../../test/runtimes/runtime.ts';
import { until } from '../../test/support/until.ts';
import { liveMemory } from './live-memory.ts';
import type { Pinning } from './pin.ts';

export interface Watched {
  readonly runtime: TestRuntime;
  readonly route: object;
  readonly pinned: Pinning;
  readonly env?: Readonly<Record<string, string>>;
}

/** Bytes of memory over the idle gateway's. */
export interface Peak<Result> {
  /** Most at any time, and what was left in the end. */
  readonly peak: number;
  readonly after: number;
  readonly result: Result;
}

/** Bytes over the idle gateway's at which memory counts as given back, and how long that may take. */
const GIVEN_BACK = 4 * 1024 * 1024;
const GIVE_BACK_MILLISECONDS = 3000;

/**
 * Does some work with a new gateway, looking at its memory all the time.
 *
 * @param look at what else to look meanwhile
 * @param settled resolves when nothing that the work began is under way any more
 */
export async function peakDuring<Result>(
  { runtime, route, pinned, env = {} }: Watched,
  work: (gateway: GatewayProcess) => Promise<Result>,
  look: (gateway: GatewayProcess) => Promise<void> = async () => {},
  settled: (gateway: GatewayProcess) => Promise<void> = async () => {},
): Promise<Peak<Result>> {
  const live = await liveMemory(runtime.name);
  const gateway = await runtime.start({
    ...live.start,
    routes: [route],
    env: { LOG_LEVEL: 'error', ...env, ...live.start.env },
  });
  pinned.gateway(gateway.program);
  const idle = await live.read(gateway);
  let peak = 0;
  const lookAll = async () => {
    peak = Math.max(peak, (await live.read(gateway)) - idle);
    await look(gateway);
  };

  let done = false;
  const working = work(gateway).finally(() => (done = true));
  // A gateway that hangs answers no question either; the end of the work is what counts.
  while (!done) await Promise.race([lookAll(), working]);
  const result = await working;
  await settled(gateway);
  let after = Infinity;
  const back = async () => (after = (await live.read(gateway)) - idle) < GIVEN_BACK;
  // What is left in the end is what the table shows, so this need not hold.
  await until(back, GIVE_BACK_MILLISECONDS).catch(() => {});
  await gateway.stop();
  live.close();
  return { peak, after, result };
}

/** What is measured, in words. */
export async function memoryOf(runtime: RuntimeName): Promise<string> {
  const live = await liveMemory(runtime);
  live.close();
  return live.what;
}
