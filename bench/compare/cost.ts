import type { TestServerRuntime } from '../../test/runtimes/runtime.ts';
import { route } from '../../test/support/origin.ts';
import { payloadServer } from '../origins/payload-server.ts';
import { table } from '../report/table.ts';
import { ORDINARY } from './payloads.ts';
import { type Setting, startPinned, takeRounds } from './setting.ts';
import { COST_HEADINGS, type CostCase, costRow, LEAST_RATE } from './verdict.ts';

/** The first is what the others are compared with; the second shows the noise. */
const CASES: readonly CostCase[] = [
  { title: 'none', share: 0, least: 0 },
  { title: 'none, again', share: 0, least: 0 },
  { title: 'a tenth', share: 0.1, least: LEAST_RATE },
  { title: 'all', share: 1, least: 0 },
];

/** @returns whether comparing a tenth of ordinary responses cost the primary next to nothing */
export async function measureCost(runtime: TestServerRuntime, setting: Setting): Promise<boolean> {
  const { name, primary, mirror, title } = ORDINARY;
  const [upstream, mirrored] = await Promise.all([
    payloadServer(new Map([[name, primary]])),
    payloadServer(new Map([[name, mirror]])),
  ]);
  const path = `/${name}`;
  const gateways = [];
  for (const { share } of CASES) {
    const plugin = share === 0 ? {} : { compare: { sample_ratio: share } };
    const one = { id: name, ...route(nodeOf(upstream), mirrored, { uri: path, plugin }) };
    gateways.push({ gateway: await startPinned(runtime, [one], setting), path });
  }
  // Compilers and pools warm up outside the measured rounds; the thread sees few pairs, and so takes longer.
  await takeRounds(gateways, { ...setting, pairs: 3 });
  const turns = await takeRounds(gateways, setting);
  const rows = CASES.map((one, i) => costRow(one, turns[i]!, turns[0]!));
  await Promise.all(gateways.map(({ gateway }) => gateway.stop()));
  await Promise.all([upstream.stop(), mirrored.stop()]);
  console.log(`\n${runtime.name}: mirrored GETs of ${title}, upstream and mirror ${upstream.name}`);
  console.log(table([COST_HEADINGS, ...rows.map(({ cells }) => cells)]));
  return rows.every(({ passed }) => passed);
}

export function nodeOf({ port }: { readonly port: number }): { readonly node: string } {
  return { node: `127.0.0.1:${port}` };
}
