import type { TestServerRuntime } from '../../test/runtimes/runtime.ts';
import { route } from '../../test/support/origin.ts';
import { type PayloadServer, payloadServer } from '../origins/payload-server.ts';
import { table } from '../report/table.ts';
import { nodeOf } from './cost.ts';
import type { PayloadPair } from './payloads.ts';
import { type Setting, startPinned, takeRounds } from './setting.ts';
import { isolationRow, ISOLATION_HEADINGS } from './verdict.ts';

/** @returns whether the primary kept its rate and latency whatever was compared, and memory and sums were as promised */
export async function measureIsolation(
  runtime: TestServerRuntime,
  kinds: readonly PayloadPair[],
  setting: Setting,
): Promise<boolean> {
  const [upstream, healthy, costly] = await Promise.all(
    (['primary', 'primary', 'mirror'] as const).map((side) =>
      payloadServer(new Map(kinds.map((one) => [one.name, one[side]]))),
    ),
  );
  // Two processes, as the memory of one cannot be told apart by route.
  const off = await startPinned(runtime, routesTo(kinds, upstream!, healthy!, false), setting);
  const on = await startPinned(runtime, routesTo(kinds, upstream!, costly!, true), setting);
  const rows = [];
  for (const { name, title } of kinds) {
    const path = `/${name}`;
    const subjects = [off, on].map((gateway) => ({ gateway, path }));
    // Engines compile for the shape of what they see: a round for each warms them up.
    await takeRounds(subjects, { ...setting, pairs: 1 });
    const [without, compared] = await takeRounds(subjects, setting);
    rows.push(isolationRow(title, without!, compared!));
  }
  await Promise.all([off, on].map((gateway) => gateway.stop()));
  await Promise.all([upstream, healthy, costly].map((server) => server!.stop()));
  console.log(
    `\n${runtime.name}: a well-behaved mirror that is not compared, and one that is costly to compare`,
  );
  console.log(table([ISOLATION_HEADINGS, ...rows.map(({ cells }) => cells)]));
  return rows.every(({ passed }) => passed);
}

function routesTo(
  kinds: readonly PayloadPair[],
  upstream: PayloadServer,
  mirror: PayloadServer,
  isCompared: boolean,
): object[] {
  return kinds.map(({ name, compare = {} }) => {
    const plugin = isCompared ? { compare } : {};
    return { id: name, ...route(nodeOf(upstream), mirror, { uri: `/${name}`, plugin }) };
  });
}
