import { join } from 'node:path';
import { deno } from '../../../test/runtimes/deno.ts';
import { bun } from '../../../test/runtimes/bun.ts';
import { node } from '../../../test/runtimes/node.ts';
import { ROOT, runtimeProgram } from '../../../test/runtimes/paths.ts';
import type { RuntimeName, TestServerRuntime } from '../../../test/runtimes/runtime.ts';
import { route } from '../../../test/support/origin.ts';
import { resultOf } from '../../own-process.ts';
import { pairedSpread, spread } from '../../report/figures.ts';
import { faultRow, MissingError } from '../../report/series.ts';
import { table } from '../../report/table.ts';
import { spreadText } from '../../report/text.ts';
import { missingRuntime, ours } from '../../subjects/ours.ts';
import { type Running, start } from '../../subjects/running.ts';
import type { Place } from '../../subjects/subject.ts';
import { settled, takeTurn } from '../rates/turn.ts';
import { type Setting, say } from '../setting.ts';
import { MATCH_TABLES, matchOf, wholeOf } from './names.ts';
import { mixedRoutes } from './routes.mjs';

const { one, some, many } = MATCH_TABLES;
const SIZES = [one, some, many];

/** Measures what many routes cost: the match alone, and whole requests. */
export async function matching(setting: Setting): Promise<void> {
  const { runtimes } = setting.options;
  const servers = [node, bun, deno].filter(({ name }) => runtimes.includes(name));
  for (const { name } of servers) {
    try {
      await alone(setting, name);
    } catch (error) {
      // One missing runtime must not discard the results of the others, nor of the whole requests.
      for (const size of SIZES) setting.figures.fail(matchOf(name, size), error as Error);
      console.log(`\nMatch alone on ${name}: ${(error as Error).message}`);
    }
  }
  await whole(setting, servers);
}

/** The programs that run the match alone. */
const INTERPRETERS = {
  node: [process.execPath],
  bun: [runtimeProgram('bun')],
  deno: [
    runtimeProgram('deno'),
    'run',
    '--node-modules-dir=none',
    '--allow-read',
    '--allow-sys',
    `--config=${join(ROOT, 'deno.json')}`,
  ],
} as const satisfies Partial<Record<RuntimeName, readonly [string, ...string[]]>>;

/** @throws MissingError when it is not installed */
function interpreterOf(runtime: RuntimeName): readonly [string, ...string[]] {
  const missing = missingRuntime(runtime);
  if (missing !== null || runtime === 'workers') throw new MissingError(missing ?? runtime);
  return INTERPRETERS[runtime];
}

/** Nanoseconds by kind of route, by number of routes, for each round. */
type Alone = Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>;

/**
 * Numbers of different requests that take turns. A single request finds everything in the processor's nearest cache:
 * that measures the search alone, which the goal is about. Many requests add the memory cost of a large table: a map
 * of 10,000 entries does not fit the caches.
 */
const REQUESTS = { one: 1, some: 64, many: 1024 } as const;

async function alone(setting: Setting, runtime: RuntimeName): Promise<void> {
  const kinds = await matchTimes(setting, runtime, REQUESTS.one);
  await matchTimes(setting, runtime, REQUESTS.some);
  await matchTimes(setting, runtime, REQUESTS.many);
  const all = Object.values(kinds);
  const { options, figures } = setting;
  for (const size of SIZES) {
    for (let round = 0; round < options.turns; round++) {
      const sum = all.reduce((before, kind) => before + kind[size]![round]!, 0);
      figures.add(matchOf(runtime, size), sum / all.length);
    }
  }
}

async function matchTimes(
  { options }: Setting,
  runtime: RuntimeName,
  requests: number,
): Promise<Alone> {
  say(`matching: alone on ${runtime}, ${requests} requests`);
  const args = [options.turns, requests, ...SIZES].map(String);
  const program = new URL('match.mjs', import.meta.url);
  const kinds = await resultOf<Alone>(program, args, interpreterOf(runtime));
  const rows = Object.entries(kinds).map(([kind, bySize]) => [
    kind,
    ...SIZES.map((size) => spread(bySize[size]!).median.toFixed(1)),
    spreadText(pairedSpread(bySize[many]!, bySize[one]!)),
  ]);
  console.log(
    `\nMatch alone on ${runtime}, ${requests} different request(s): nanoseconds by number of routes of one kind`,
  );
  console.log(table([['', ...SIZES.map(String), `${many} / ${one} (min - max)`], ...rows]));
  return kinds;
}

async function whole(
  { options, figures, pinned, stage }: Setting,
  servers: readonly TestServerRuntime[],
): Promise<void> {
  const rows: string[][] = [];
  for (const runtime of servers) {
    say(`matching: whole request on ${runtime.name}`);
    const sizes = [one, many];
    const running: Running[] = [];
    try {
      for (const size of sizes)
        running.push(await start(withRoutes(runtime, size), stage.origins, pinned));
      // The first round warms up.
      for (let round = 0; round <= options.turns; round++) {
        for (const [i, size] of sizes.entries()) {
          const load = { url: running[i]!.url, case: 'get', mode: 'plain', ...options } as const;
          const { requestsPerSecond } = await takeTurn(stage.origins, load);
          if (round > 0) figures.add(wholeOf(runtime.name, size), requestsPerSecond);
          await settled(stage.origins);
        }
      }
      const [few, lots] = sizes.map((size) => figures.get(wholeOf(runtime.name, size))!.values);
      const medians = [few, lots].map((values) => spread(values!).median.toFixed(0));
      rows.push([runtime.name, ...medians, spreadText(pairedSpread(lots!, few!))]);
    } catch (error) {
      for (const size of sizes) figures.fail(wholeOf(runtime.name, size), error as Error);
      rows.push(faultRow(runtime.name, figures.get(wholeOf(runtime.name, many))!));
    }
    await Promise.all(running.map(({ stop }) => stop()));
  }
  console.log('\nGET plain, requests per second by number of routes of all kinds');
  console.log(table([['', String(one), String(many), `${many} / ${one} (min - max)`], ...rows]));
}

/** Our gateway with so many routes, one of which gets the load. */
function withRoutes(runtime: TestServerRuntime, count: number) {
  return ours(runtime, ({ upstream }: Place) => {
    const to = { node: new URL(upstream).host };
    const others = mixedRoutes(count - 1).map(({ uri, ...criteria }, i) => ({
      id: `other-${i}`,
      ...route(to, null, { uri, route: criteria }),
    }));
    const loaded = { id: 'plain', ...route(to, null, { uri: '/plain/*' }) };
    return others.toSpliced(Math.floor(others.length / 2), 0, loaded);
  });
}
