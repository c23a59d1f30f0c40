import type { GatewayProcess, TestRuntime } from '../../test/runtimes/runtime.ts';
import { sample } from '../../test/support/outcomes.ts';
import { until } from '../../test/support/until.ts';
import { peakDuring } from '../machine/peak.ts';
import type { Pinning } from '../machine/pin.ts';
import { resultOf } from '../own-process.ts';
import { MIRROR_MEMORY, type Uploads } from './cases.ts';

export interface TurnOptions {
  readonly runtime: TestRuntime;
  readonly route: object;
  readonly uploads: Uploads;
  readonly pinned: Pinning;
}

/** Memory during uploads, in bytes. */
export interface MemoryTurn {
  /** Highest value, and the value when all copies had ended, above the idle gateway's. */
  readonly peak: number;
  readonly after: number;
  /** Highest value of `mirror_recorded_bytes`. */
  readonly recorded: number;
  /** Uploads that were changed on the way. */
  readonly wrong: readonly string[];
}

/** Longer than a copy may live by default, on a busy machine. */
const SETTLE_MS = 60_000;

const ENV = { MIRROR_MEMORY: String(MIRROR_MEMORY), LOG_LEVEL: 'error' };

/** One turn in a new gateway, with its memory sampled throughout. */
export async function memoryTurn(options: TurnOptions): Promise<MemoryTurn> {
  let recorded = 0;
  const { peak, after, result } = await peakDuring(
    { ...options, env: ENV },
    (gateway) => upload(gateway, options.uploads, true),
    async (gateway) => {
      recorded = Math.max(recorded, await sample(gateway, 'mirror_recorded_bytes'));
    },
    (gateway) =>
      until(
        async () => (await sample(gateway, 'mirror_in_flight')) === 0,
        SETTLE_MS,
        'the end of all copies',
      ),
  );
  return { peak, after, recorded, wrong: result.wrong };
}

/** The time of one turn in a new gateway, without sampling. In seconds. */
export async function timeTurn(options: TurnOptions): Promise<number> {
  const { runtime, route, pinned } = options;
  const gateway = await runtime.start({ routes: [route], env: ENV });
  pinned.gateway(gateway.program);
  const { seconds, wrong } = await upload(gateway, options.uploads, false);
  await gateway.stop();
  if (wrong.length > 0) throw new Error(`on ${gateway.runtime}: ${wrong.join('; ')}`);
  return seconds;
}

function upload(gateway: GatewayProcess, { count, bytes }: Uploads, verify: boolean) {
  const args = [`${gateway.url}/upload`, String(count), String(bytes), String(verify)];
  const file = new URL('upload.mjs', import.meta.url);
  return resultOf<{ seconds: number; wrong: string[] }>(file, args);
}
