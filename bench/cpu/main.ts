import { readArguments } from '../arguments.ts';
import { cpuSeconds, members, requireLinux } from '../machine/group.ts';
import { pinning } from '../machine/pin.ts';
import { type OwnProcess, resultOf } from '../own-process.ts';
import { simpleServer } from '../origins/simple-server.ts';
import { spread } from '../report/figures.ts';
import { table } from '../report/table.ts';
import type { GatewayProcess, TestRuntime } from '../../test/runtimes/runtime.ts';
import { route } from '../../test/support/origin.ts';
import { sample } from '../../test/support/outcomes.ts';
import { until } from '../../test/support/until.ts';
import { titleOf } from '../runtimes.ts';
import { CASES, type Case } from './cases.ts';

const DEFAULTS = { requests: 20_000, turns: 5, connections: 64, workers: 1 };

const HEADINGS = ['', 'min', 'median', 'max', 'copied'] as const;

/** Longer than a copy may live by default. */
const SETTLE_MS = 30_000;

interface Subject {
  readonly title: string;
  readonly gateway: GatewayProcess;
  readonly turns: ReadonlyMap<Case, Turn[]>;
}

interface Turn {
  readonly microseconds: number;
  /** Copies that the mirror responded to, for each request. */
  readonly copied: number;
}

/**
 * Measures the processor time of a gateway for each request: user and system time of all its processes, divided by
 * the number of requests. Other work on the machine disturbs that less than it disturbs rates.
 * @returns whether every response was right
 */
export async function main(args: readonly string[]): Promise<boolean> {
  requireLinux();
  const { runtimes, numbers } = readArguments(args, DEFAULTS);
  // Several processes need several cores.
  const pinned = numbers.workers > 1 ? null : pinning();
  const [upstream, mirror] = await Promise.all([simpleServer(), simpleServer()]);
  console.log(
    `Microseconds of processor time for each request; ${numbers.turns} turns of ${numbers.requests}`,
    `requests each by ${numbers.connections} connections; upstream and mirror: ${upstream.name};`,
    `${pinned?.description ?? 'unpinned'}.`,
  );
  const subjects: Subject[] = [];
  for (const runtime of runtimes)
    for (const workers of new Set([1, numbers.workers])) {
      const gateway = await start(runtime, upstream, mirror, workers);
      pinned?.gateway(gateway.program);
      const turns = new Map(CASES.map((one) => [one, [] as Turn[]]));
      const title = workers > 1 ? `${titleOf(runtime)}, ${workers} workers` : titleOf(runtime);
      subjects.push({ title, gateway, turns });
    }
  // The first round warms up. The subjects take turns, so that other work on the machine affects all of them alike.
  for (let round = 0; round <= numbers.turns; round++)
    for (const one of CASES)
      for (const { gateway, turns } of subjects) {
        const taken = await turn(gateway, one, numbers);
        if (round > 0) turns.get(one)!.push(taken);
      }
  for (const { title, gateway, turns } of subjects) {
    await gateway.stop();
    console.log(`\n${title}`);
    console.log(table([HEADINGS, ...[...turns].map(([{ name }, taken]) => row(name, taken))]));
  }
  await Promise.all([upstream.stop(), mirror.stop()]);
  return true;
}

function start(
  runtime: TestRuntime,
  upstream: OwnProcess,
  mirror: OwnProcess,
  workers: number,
): Promise<GatewayProcess> {
  const node = { node: `127.0.0.1:${upstream.port}` };
  const routes = [
    { id: 'plain', ...route(node, null, { uri: '/plain' }) },
    { id: 'mirrored', ...route(node, mirror, { uri: '/mirrored' }) },
  ];
  return runtime.start({ routes, env: workers > 1 ? { WORKERS: String(workers) } : {} });
}

async function turn(
  gateway: GatewayProcess,
  { path, bytes }: Case,
  { requests, connections }: typeof DEFAULTS,
): Promise<Turn> {
  const pids = members(gateway.program.child.pid!);
  const sent = () => sample(gateway, 'mirror_copies_total', { outcome: 'sent' });
  const sentBefore = await sent();
  const before = cpuSeconds(pids);
  const args = [`${gateway.url}${path}`, ...[connections, requests, bytes].map(String)];
  const file = new URL('../load/fixed-number.mjs', import.meta.url);
  const { wrong } = await resultOf<{ wrong: number }>(file, args);
  if (wrong > 0) throw new Error(`${wrong} requests to ${path} got a wrong response`);
  const idle = async () => (await sample(gateway, 'mirror_in_flight')) === 0;
  await until(idle, SETTLE_MS, `the end of the copies of ${path}`);
  const microseconds = ((cpuSeconds(pids) - before) / requests) * 1_000_000;
  return { microseconds, copied: ((await sent()) - sentBefore) / requests };
}

function row(name: string, turns: readonly Turn[]): string[] {
  const { min, median, max } = spread(turns.map(({ microseconds }) => microseconds));
  const copied = spread(turns.map((one) => one.copied)).median;
  return [name, ...[min, median, max].map((value) => value.toFixed(1)), copied.toFixed(3)];
}
