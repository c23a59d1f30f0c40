import type { TestRuntime } from '../../test/runtimes/runtime.ts';
import { route } from '../../test/support/origin.ts';
import { readArguments } from '../arguments.ts';
import { type BadMirror, badMirrors } from '../bad-mirrors/start.ts';
import { loadGenerator } from '../load/load.ts';
import { type Pinning, pinning } from '../machine/pin.ts';
import { type SimpleServer, simpleServer } from '../origins/simple-server.ts';
import { table } from '../report/table.ts';
import { takeTurns, type TurnsOptions } from './turns.ts';
import { HEADINGS, LEAST_RATIO, verdictOn } from './verdict.ts';

const DEFAULTS = { pairs: 5, seconds: 3, connections: 64 };

/**
 * Measures what a bad mirror costs the primary: the same load with a healthy mirror and with a bad one.
 * @returns whether the primary kept its rate with each kind
 */
export async function main(args: readonly string[]): Promise<boolean> {
  const { runtimes, numbers } = readArguments(args, DEFAULTS);
  const pinned = pinning();
  const load = loadGenerator();
  const [server, bad] = await Promise.all([simpleServer(), badMirrors()]);
  console.log(
    `${numbers.pairs} pairs of turns of ${numbers.seconds} s, ${numbers.connections} connections by ${load.name};`,
    `upstream and healthy mirror: ${server.name}; ${pinned.description}.`,
    'Figures are min / median / max of the turns, ratios the median of the pairs.',
  );
  const passed: boolean[] = [];
  for (const runtime of runtimes)
    passed.push(
      await measure(runtime, { server, mirrors: bad.mirrors, pinned, turns: { ...numbers, load } }),
    );
  await Promise.all([server.stop(), bad.stop()]);
  return passed.every(Boolean);
}

interface Setting {
  readonly server: SimpleServer;
  readonly mirrors: readonly BadMirror[];
  readonly pinned: Pinning;
  readonly turns: TurnsOptions;
}

async function measure(
  runtime: TestRuntime,
  { server, mirrors, pinned, turns }: Setting,
): Promise<boolean> {
  const upstream = { node: `127.0.0.1:${server.port}` };
  const routes = mirrors.flatMap((mirror, i) => [
    { id: `healthy-${i}`, ...route(upstream, server, { uri: `/healthy/${i}` }) },
    { id: `bad-${i}`, ...route(upstream, mirror, { uri: `/bad/${i}` }) },
  ]);
  const gateway = await runtime.start({ routes, env: { LOG_LEVEL: 'error' } });
  pinned.gateway(gateway.program);
  // Compilers and pools warm up outside the measured turns.
  const warmUp = { url: `${gateway.url}/healthy/0`, connections: turns.connections };
  await turns.load.run({ ...warmUp, seconds: turns.seconds });

  const verdicts = [];
  for (const [i, { kind }] of mirrors.entries()) {
    const paths = { healthy: `/healthy/${i}`, bad: `/bad/${i}` };
    verdicts.push(verdictOn(kind, await takeTurns(gateway, paths, turns)));
  }
  await gateway.stop();
  console.log(`\n${runtime.name} (fails below ${LEAST_RATIO} of the requests per second)`);
  console.log(table([HEADINGS, ...verdicts.map(({ cells }) => cells)]));
  return verdicts.every(({ passed }) => passed);
}
