import { readArguments } from '../arguments.ts';
import { cpuSeconds, members, requireLinux } from '../machine/group.ts';
import { pinning } from '../machine/pin.ts';
import { resultOf } from '../own-process.ts';
import { isNginx } from '../origins/nginx-origin.ts';
import { type SimpleServer, simpleServer } from '../origins/simple-server.ts';
import { pairedSpread, spread } from '../report/figures.ts';
import { table } from '../report/table.ts';
import { spreadText } from '../report/text.ts';
import type { TestRuntime } from '../../test/runtimes/runtime.ts';
import { until } from '../../test/support/until.ts';
import { CASES, type Case } from './cases.ts';
import { nginx, ours, type Subject } from './subjects.ts';

const DEFAULTS = { requests: 20_000, turns: 5, connections: 64, workers: 1, rate: Infinity };

/** Longer than a copy may live by default. */
const SETTLE_MS = 30_000;

interface Turn {
  readonly microseconds: number;
  /** Copies that the mirror responded to, for each request. */
  readonly copied: number;
}

type Turns = ReadonlyMap<Case, Turn[]>;

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
    `requests each for each worker by ${numbers.connections} connections, ${paceOf(numbers.rate)};`,
    `upstream and mirror: ${upstream.name};`,
    `${pinned?.description ?? 'unpinned'}.`,
  );
  const subjects = await start(runtimes, numbers.workers, upstream, mirror);
  for (const { program } of subjects) pinned?.gateway(program);
  const taken = new Map(subjects.map((one) => [one, turnsOf()]));
  // The first round warms up. The subjects take turns, so that other work on the machine affects all of them alike.
  for (let round = 0; round <= numbers.turns; round++)
    for (const one of CASES)
      for (const [subject, turns] of taken) {
        const figures = await turn(subject, one, numbers);
        if (round > 0) turns.get(one)!.push(figures);
      }
  for (const { stop } of subjects) await stop();
  report(taken);
  await Promise.all([upstream.stop(), mirror.stop()]);
  return true;
}

/** Each with one process, and with several where several are asked for: these follow it. */
async function start(
  runtimes: readonly TestRuntime[],
  workers: number,
  upstream: SimpleServer,
  mirror: SimpleServer,
): Promise<Subject[]> {
  const subjects: Subject[] = [];
  const numbers = [...new Set([1, workers])];
  for (const runtime of runtimes)
    for (const number of numbers) subjects.push(await ours(runtime, upstream, mirror, number));
  if (workers > 1 && isNginx(mirror))
    for (const number of numbers) subjects.push(await nginx(upstream, mirror, number));
  return subjects;
}

function paceOf(rate: number): string {
  return rate === Infinity ? 'as fast as responses arrive' : `${rate} a second for each`;
}

function turnsOf(): Turns {
  return new Map(CASES.map((one) => [one, []]));
}

async function turn(
  { url, program, copies, isIdle, workers }: Subject,
  { path, bytes }: Case,
  numbers: typeof DEFAULTS,
): Promise<Turn> {
  // The same for each worker: a turn of an event loop costs less for each request, the more of them it finds.
  const [requests, rate] = [numbers.requests * workers, numbers.rate * workers];
  const pids = members(program.child.pid!);
  const copiesBefore = await copies();
  const before = cpuSeconds(pids);
  const args = [`${url}${path}`, ...[numbers.connections, requests, bytes, rate].map(String)];
  const file = new URL('../load/fixed-number.mjs', import.meta.url);
  const { wrong } = await resultOf<{ wrong: number }>(file, args);
  if (wrong > 0) throw new Error(`${wrong} requests to ${path} got a wrong response`);
  await until(isIdle, SETTLE_MS, `the end of the copies of ${path}`);
  const microseconds = ((cpuSeconds(pids) - before) / requests) * 1_000_000;
  return { microseconds, copied: ((await copies()) - copiesBefore) / requests };
}

function report(taken: ReadonlyMap<Subject, Turns>): void {
  let alone: Turns = turnsOf();
  for (const [{ title, workers }, turns] of taken) {
    const severally = workers > 1;
    if (!severally) alone = turns;
    const rows = CASES.map((one) =>
      row(one.name, turns.get(one)!, severally ? alone.get(one)! : null),
    );
    console.log(`\n${severally ? `${title}, ${workers} workers` : title}`);
    console.log(
      table([['', 'min', 'median', 'max', 'copied', severally ? 'to one process' : ''], ...rows]),
    );
  }
}

function row(name: string, turns: readonly Turn[], alone: readonly Turn[] | null): string[] {
  const times = turns.map(({ microseconds }) => microseconds);
  const { min, median, max } = spread(times);
  const copied = spread(turns.map((one) => one.copied)).median;
  const times1 = alone?.map(({ microseconds }) => microseconds);
  const ratio = times1 === undefined ? '' : spreadText(pairedSpread(times, times1));
  return [name, ...[min, median, max].map((value) => value.toFixed(1)), copied.toFixed(3), ratio];
}
