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

/** Memory in bytes above that of the idle gateway. */
export interface Peak<Result> {
  /** The highest value, and the value at the end. */
  readonly peak: number;
  readonly after: number;
  readonly result: Result;
}

/**
 * Memory counts as released when it is this many bytes above the idle gateway's or less; and how long that may take.
 */
const RELEASED_BYTES = 4 * 1024 * 1024;
const RELEASE_MS = 3000;

/**
 * Runs some work with a new gateway, and samples its memory throughout.
 *
 * @param look samples other figures meanwhile
 * @param settled resolves when nothing that the work started is in flight any more
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
  // A gateway that hangs does not report its memory either; the end of the work decides.
  while (!done) await Promise.race([lookAll(), working]);
  const result = await working;
  await settled(gateway);
  let after = Infinity;
  const back = async () => (after = (await live.read(gateway)) - idle) < RELEASED_BYTES;
  // The table shows what is left at the end, so this need not hold.
  await until(back, RELEASE_MS).catch(() => {});
  await gateway.stop();
  live.close();
  return { peak, after, result };
}

/** What is measured, for the report. */
export async function memoryOf(runtime: RuntimeName): Promise<string> {
  const live = await liveMemory(runtime);
  live.close();
  return live.what;
}
