import { fileURLToPath } from 'node:url';
import { isServer } from '../../test/runtimes/runtime.ts';
import { run } from '../../test/support/process.ts';
import { until } from '../../test/support/until.ts';
import { readKindArguments } from '../arguments.ts';
import { openRate } from '../load/open-rate.ts';
import { responds } from '../load/responds.ts';
import { cpuSeconds, members } from '../machine/group.ts';
import { pinning } from '../machine/pin.ts';
import { simpleServer } from '../origins/simple-server.ts';
import { pairedRatio, spread } from '../report/figures.ts';
import { table } from '../report/table.ts';
import { rangeText } from '../report/text.ts';
import { IDLE, type Kind, KINDS, LAST_PING } from './kinds.ts';
import { others, ours, type Subject } from './subjects.ts';

const DEFAULTS = { pairs: 3, seconds: 1, connections: 4, rate: 500 };

/** The highest p99 of another client beside a flood, as a multiple of its p99 beside connections that send nothing. */
const MAX_RATIO = 2;

/** Floods that are compared with the same turn without one: so there are fewer turns. */
const FLOODS_PER_IDLE = 4;

const TITLES = [
  'what the peer sends',
  'p99 without',
  'p99 beside',
  'beside/without',
  'connections/s',
  'busy',
  '',
];

/** Milliseconds; longer than any flood is still read after its sender has left. */
const IDLE_MS = 30_000;

type Numbers = Readonly<Record<keyof typeof DEFAULTS, number>>;

interface Turn {
  /** Of another client, in milliseconds. */
  readonly p99: number;
  /** Connections of the peer that were opened in a second. */
  readonly opened: number;
  /** Share of its core that the gateway used. */
  readonly busy: number;
}

/** The turns of one flood, each beside the turn without one before it. */
interface Turns {
  readonly without: Turn[];
  readonly beside: Turn[];
}

/**
 * Measures what one client's flood of HTTP/2 costs another client, of HTTP/1.1: its latency meanwhile, compared with that
 * while the flood's connections are open and send nothing. Other programs get the same floods, in turn with ours.
 *
 * @returns whether the ratio held for each kind on each runtime
 */
export async function main(args: readonly string[]): Promise<boolean> {
  const { runtimes, numbers, kinds } = readKindArguments(args, DEFAULTS, KINDS);
  const pinned = pinning();
  const server = await simpleServer();
  console.log(
    `${numbers.pairs} pairs of turns of ${numbers.seconds} s; the peer has ${numbers.connections} connections,`,
    `the other client sends ${numbers.rate} requests a second; ${pinned.description}.`,
    'Latencies are min / median / max of the turns in ms, ratios and the rest the median of the turns.',
  );
  // On Workers the platform speaks HTTP/2.
  const subjects = await Promise.all(runtimes.filter(isServer).map((one) => ours(one, server)));
  subjects.push(...(await others(server)));
  for (const { program } of subjects) pinned.gateway(program);
  const turns = await takeTurns(subjects, kinds, numbers);
  for (const { stop } of subjects) await stop();
  await server.stop();
  return subjects.map((subject) => report(subject, kinds, turns.get(subject)!)).every(Boolean);
}

/**
 * All floods in turn, again and again, and before every few of them a turn without one. The first round does not count: code that
 * runs for the first time is slow.
 */
async function takeTurns(
  subjects: readonly Subject[],
  kinds: readonly Kind[],
  numbers: Numbers,
): Promise<ReadonlyMap<Subject, readonly Turns[]>> {
  const turns = new Map(
    subjects.map((subject) => [subject, kinds.map((): Turns => ({ without: [], beside: [] }))]),
  );
  for (let pair = -1; pair < numbers.pairs; pair++)
    for (let first = 0; first < kinds.length; first += FLOODS_PER_IDLE)
      for (const [subject, taken] of turns) {
        // Some of them take half a minute for a turn.
        if (!subject.isOurs && pair !== 0) continue;
        const without = await turn(subject, IDLE, numbers);
        for (const [i, kind] of kinds.slice(first, first + FLOODS_PER_IDLE).entries()) {
          const beside = await turn(subject, kind, numbers);
          if (pair < 0) continue;
          taken[first + i]!.without.push(without);
          taken[first + i]!.beside.push(beside);
        }
      }
  return turns;
}

/** Prints what was measured. @returns whether all of it is held that must be */
function report(
  { title, isOurs }: Subject,
  kinds: readonly Kind[],
  turns: readonly Turns[],
): boolean {
  let passed = true;
  const rows = turns.map(({ without, beside }, i) => {
    const p99 = (some: readonly Turn[]) => some.map((one) => one.p99);
    const median = (of: (turn: Turn) => number) => spread(beside.map(of)).median;
    const ratio = pairedRatio(p99(beside), p99(without));
    const held = ratio <= MAX_RATIO;
    passed &&= held || !isOurs;
    return [
      kinds[i]!.name,
      rangeText(spread(p99(without))),
      rangeText(spread(p99(beside))),
      ratio.toFixed(2),
      median(({ opened }) => opened).toFixed(0),
      median(({ busy }) => busy).toFixed(2),
      isOurs ? (held ? 'ok' : 'FAIL') : '',
    ];
  });
  console.log(`\n${title}${isOurs ? ` (fails above ${MAX_RATIO})` : ''}`);
  console.log(table([TITLES, ...rows]));
  return passed;
}

async function turn(
  { url, floodedPort, program }: Subject,
  kind: Kind,
  numbers: Numbers,
): Promise<Turn> {
  // What one flood left behind must not affect the next.
  const answers = () => responds(`${url}/healthy`);
  await until(answers, IDLE_MS, `an end of what came before ${kind.name}`);
  const file = fileURLToPath(new URL('peer.mjs', import.meta.url));
  const args = [file, ...[floodedPort, numbers.connections, LAST_PING].map(String)];
  const peer = run(process.execPath, args, { stdin: 'pipe' });
  peer.child.stdin!.end(
    JSON.stringify([kind.below, kind.beyond].map((bytes) => bytes.toString('base64'))),
  );
  const pids = members(program.child.pid!);
  const [began, usedBefore] = [performance.now(), cpuSeconds(pids)];
  const { rate, seconds } = numbers;
  const load = { url: `${url}/healthy`, connections: 8, rate, seconds };
  // No response at all: the other client would wait forever.
  const { p99 } = await openRate(load).catch(() => ({ p99: Infinity }));
  const took = (performance.now() - began) / 1000;
  const busy = (cpuSeconds(pids) - usedBefore) / took;
  peer.signal('SIGTERM');
  await peer.exited;
  const { opened } = JSON.parse(peer.stdout()) as { opened: number };
  return { p99, opened: opened / took, busy };
}
