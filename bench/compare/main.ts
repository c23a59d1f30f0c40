import { isServer } from '../../test/runtimes/runtime.ts';
import { readKindArguments } from '../arguments.ts';
import { loadGenerator } from '../load/load.ts';
import { requireLinux } from '../machine/group.ts';
import { pinning } from '../machine/pin.ts';
import { measureCost } from './cost.ts';
import { measureIsolation } from './isolation.ts';
import { COSTLY, ORDINARY } from './payloads.ts';

const DEFAULTS = { pairs: 5, seconds: 3, connections: 64 };

const KINDS = [ORDINARY, ...COSTLY];

/**
 * Measures what comparing costs: ordinary responses, and responses that are built to be costly.
 * @returns whether the primary kept its rate and its latency, and memory and sums were as promised
 */
export async function main(args: readonly string[]): Promise<boolean> {
  requireLinux();
  const { runtimes, numbers, kinds } = readKindArguments(args, DEFAULTS, KINDS);
  const load = loadGenerator();
  const setting = { pinned: pinning(), load, ...numbers };
  console.log(
    `${numbers.pairs} rounds of turns of ${numbers.seconds} s, ${numbers.connections} connections by ${load.name};`,
    `${setting.pinned.description}. Figures and ratios are medians of the rounds.`,
  );
  const costly = kinds.filter((kind) => kind !== ORDINARY);
  const passed: boolean[] = [];
  for (const runtime of runtimes) {
    // Workers have no threads: there a pair takes time of its own request, after the response.
    if (!isServer(runtime)) continue;
    if (kinds.includes(ORDINARY)) passed.push(await measureCost(runtime, setting));
    if (costly.length > 0) passed.push(await measureIsolation(runtime, costly, setting));
  }
  if (passed.length === 0) throw new Error('expected at least one of node, deno and bun');
  return passed.every(Boolean);
}
