import type { GatewayProcess, TestServerRuntime } from '../../test/runtimes/runtime.ts';
import type { Pinning } from '../machine/pin.ts';
import { MIB } from '../memory/cases.ts';
import type { Turn, TurnOptions } from './turn.ts';
import { takeTurn } from './turn.ts';

/** How everything here is measured. */
export interface Setting extends TurnOptions {
  readonly pinned: Pinning;
  /** Number of rounds; in each, every subject has a turn. */
  readonly pairs: number;
}

/** The default of MIRROR_MEMORY, set explicitly so that the limit of memory matches it. */
export const MIRROR_MEMORY = 64 * MIB;

/** Starts a gateway on its core. */
export async function startPinned(
  runtime: TestServerRuntime,
  routes: readonly object[],
  { pinned }: Setting,
): Promise<GatewayProcess> {
  const env = { LOG_LEVEL: 'error', MIRROR_MEMORY: String(MIRROR_MEMORY) };
  const gateway = await runtime.start({ routes, env });
  pinned.gateway(gateway.program);
  return gateway;
}

/**
 * Gives each subject a turn in each round, forth and back, so that other work on the machine affects all of them alike.
 *
 * @param subjects gateways by name, and the path of each that gets the load
 */
export async function takeRounds(
  subjects: readonly { readonly gateway: GatewayProcess; readonly path: string }[],
  setting: Setting,
): Promise<Turn[][]> {
  const turns: Turn[][] = subjects.map(() => []);
  for (let round = 0; round < setting.pairs; round++) {
    const order = [...subjects.keys()];
    if (round % 2 === 1) order.reverse();
    for (const i of order) {
      const { gateway, path } = subjects[i]!;
      turns[i]!.push(await takeTurn(gateway, path, setting));
    }
  }
  return turns;
}
