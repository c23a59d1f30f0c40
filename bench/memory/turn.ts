import type { GatewayProcess, TestRuntime } from '../../test/runtimes/runtime.ts';
import { sample } from '../../test/support/outcomes.ts';
import { until } from '../../test/support/until.ts';
import { type LiveMemory, liveMemory } from '../machine/live-memory.ts';
import type { Pinning } from '../machine/pin.ts';
import { resultOf } from '../own-process.ts';
import { MIB, MIRROR_MEMORY, type Uploads } from './cases.ts';

export interface TurnOptions {
  readonly runtime: TestRuntime;
  readonly route: object;
  readonly uploads: Uploads;
  readonly pinned: Pinning;
}

/** Bytes of memory during uploads. */
export interface MemoryTurn {
  /** Most at any time, and what was left when all copies had ended, over the idle gateway's. */
  readonly peak: number;
  readonly after: number;
  /** Most that `mirror_recorded_bytes` said. */
  readonly recorded: number;
  /** Uploads that did not arrive as they were sent. */
  readonly wrong: readonly string[];
}

/** Longer than a copy may live by default, on a machine that has other things to do, too. */
const SETTLE_MILLISECONDS = 60_000;

/** Bytes over the idle gateway's at which memory counts as given back, and how long that may take. */
const GIVEN_BACK = 4 * MIB;
const GIVE_BACK_MILLISECONDS = 3000;

/** One turn in a new gateway, looking at its memory all the time. */
export async function memoryTurn(options: TurnOptions): Promise<MemoryTurn> {
  const live = await liveMemory(options.runtime.name);
  const gateway = await start(options, live.start);
  const idle = await live.read(gateway);
  let peak = 0;
  let recorded = 0;
  const look = async () => {
    peak = Math.max(peak, (await live.read(gateway)) - idle);
    recorded = Math.max(recorded, await sample(gateway, 'mirror_recorded_bytes'));
  };

  let done = false;
  const uploading = upload(gateway, options.uploads, true).finally(() => (done = true));
  // A gateway that hangs answers no question either; the end of the upload is what counts.
  while (!done) await Promise.race([look(), uploading]);
  const { wrong } = await uploading;
  const settled = async () => (await sample(gateway, 'mirror_in_flight')) === 0;
  await until(settled, SETTLE_MILLISECONDS, 'the end of all copies');
  let after = Infinity;
  const back = async () => (after = (await live.read(gateway)) - idle) < GIVEN_BACK;
  // What is left in the end is what the table shows, so this need not hold.
  await until(back, GIVE_BACK_MILLISECONDS).catch(() => {});
  await gateway.stop();
  live.close();
  return { peak, after, recorded, wrong };
}

/** One turn in a new gateway, which is left alone. Seconds. */
export async function timeTurn(options: TurnOptions): Promise<number> {
  const gateway = await start(options, {});
  const { seconds, wrong } = await upload(gateway, options.uploads, false);
  await gateway.stop();
  if (wrong.length > 0) throw new Error(`on ${gateway.runtime}: ${wrong.join('; ')}`);
  return seconds;
}

async function start(
  { runtime, route, pinned }: TurnOptions,
  probe: LiveMemory['start'],
): Promise<GatewayProcess> {
  const gateway = await runtime.start({
    ...probe,
    routes: [route],
    env: { MIRROR_MEMORY: String(MIRROR_MEMORY), LOG_LEVEL: 'error', ...probe.env },
  });
  pinned.gateway(gateway.program);
  return gateway;
}

function upload(gateway: GatewayProcess, { count, bytes }: Uploads, verify: boolean) {
  const args = [`${gateway.url}/upload`, String(count), String(bytes), String(verify)];
  const file = new URL('upload.mjs', import.meta.url);
  return resultOf<{ seconds: number; wrong: string[] }>(file, args);
}
