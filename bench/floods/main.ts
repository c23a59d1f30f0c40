import { fileURLToPath } from 'node:url';
import {
  type GatewayProcess,
  isServer,
  type TestServerRuntime,
} from '../../test/runtimes/runtime.ts';
import { route } from '../../test/support/origin.ts';
import { run } from '../../test/support/process.ts';
import { until } from '../../test/support/until.ts';
import { readArguments } from '../arguments.ts';
import { openRate } from '../load/open-rate.ts';
import { responds } from '../load/responds.ts';
import { cpuSeconds, members } from '../machine/group.ts';
import { type Pinning, pinning } from '../machine/pin.ts';
import { type SimpleServer, simpleServer } from '../origins/simple-server.ts';
import { pairedRatio, spread } from '../report/figures.ts';
import { table } from '../report/table.ts';
import { rangeText } from '../report/text.ts';
import { IDLE, type Kind, KINDS, LAST_PING } from './kinds.ts';

const DEFAULTS = { pairs: 3, seconds: 1, connections: 4, rate: 500 };

/** The highest p99 of another client beside a flood, as a multiple of its p99 beside connections that send nothing. */
const MAX_RATIO = 2;

/** Floods that are compared with the same turn without one: so there are fewer turns. */
const FLOODS_PER_IDLE = 4;

/** Milliseconds; longer than any flood is still read after its sender has left. */
const IDLE_MS = 30_000;

type Numbers = Readonly<Record<keyof typeof DEFAULTS, number>>;

interface Setting {
  readonly server: SimpleServer;
  readonly pinned: Pinning;
  readonly numbers: Numbers;
}

interface Turn {
  /** Of another client, in milliseconds. */
  readonly p99: number;
  /** Connections of the peer that were opened in a second. */
  readonly opened: number;
  /** Share of its core that the gateway used. */
  readonly busy: number;
}

/**
 * Measures what one client's flood of HTTP/2 costs another client, of HTTP/1.1: its latency meanwhile, compared with that
 * while the flood's connections are open and send nothing.
 *
 * @returns whether the ratio held for each kind
 */
export async function main(args: readonly string[]): Promise<boolean> {
  const { runtimes, numbers } = readArguments(args, DEFAULTS);
  const pinned = pinning();
  const server = await simpleServer();
  console.log(
    `${numbers.pairs} pairs of turns of ${numbers.seconds} s; the peer has ${numbers.connections} connections,`,
    `the other client sends ${numbers.rate} requests a second; ${pinned.description}.`,
    'Latencies are min / median / max of the turns in ms, ratios and the rest the median of the turns.',
  );
  const passed: boolean[] = [];
  // On Workers the platform speaks HTTP/2.
  for (const runtime of runtimes.filter(isServer))
    passed.push(await measure(runtime, { server, pinned, numbers }));
  await server.stop();
  return passed.every(Boolean);
}

async function measure(runtime: TestServerRuntime, setting: Setting): Promise<boolean> {
  const { server, pinned, numbers } = setting;
  const upstream = { node: `127.0.0.1:${server.port}` };
  const gateway = await runtime.start({
    routes: ['/healthy', '/flooded'].map((uri, id) => ({
      id: String(id),
      ...route(upstream, null, { uri }),
    })),
    env: { LOG_LEVEL: 'error' },
  });
  pinned.gateway(gateway.program);
  const turns = await takeTurns(gateway, numbers);
  await gateway.stop();
  const rows = KINDS.map(({ name }, i) => {
    const [without, beside] = [turns[i]!.without, turns[i]!.beside].map((some) =>
      some.map(({ p99 }) => p99),
    ) as [number[], number[]];
    const median = (of: (turn: Turn) => number) => spread(turns[i]!.beside.map(of)).median;
    const ratio = pairedRatio(beside, without);
    return [
      name,
      rangeText(spread(without)),
      rangeText(spread(beside)),
      ratio.toFixed(2),
      median(({ opened }) => opened).toFixed(0),
      median(({ busy }) => busy).toFixed(2),
      ratio <= MAX_RATIO ? 'ok' : 'FAIL',
    ];
  });
  const titles = [
    'what the peer sends',
    'p99 without',
    'p99 beside',
    'beside/without',
    'connections/s',
    'busy',
    '',
  ];
  console.log(`\n${runtime.name} (fails above ${MAX_RATIO})`);
  console.log(table([titles, ...rows]));
  return rows.every((row) => row.at(-1) === 'ok');
}

/** All floods in turn, again and again, and before every few of them a turn without one. */
async function takeTurns(
  gateway: GatewayProcess,
  numbers: Numbers,
): Promise<{ without: Turn[]; beside: Turn[] }[]> {
  const turns = KINDS.map(() => ({ without: [] as Turn[], beside: [] as Turn[] }));
  for (let pair = 0; pair < numbers.pairs; pair++) {
    let without: Turn;
    for (const [i, kind] of KINDS.entries()) {
      if (i % FLOODS_PER_IDLE === 0) without = await turn(gateway, IDLE, numbers);
      turns[i]!.without.push(without!);
      turns[i]!.beside.push(await turn(gateway, kind, numbers));
    }
  }
  return turns;
}

async function turn(gateway: GatewayProcess, kind: Kind, numbers: Numbers): Promise<Turn> {
  // What one flood left behind must not affect the next.
  await until(
    () => responds(`${gateway.url}/healthy`),
    IDLE_MS,
    `an end of what came before ${kind.name}`,
  );
  const file = fileURLToPath(new URL('peer.mjs', import.meta.url));
  const args = [file, ...[gateway.port, numbers.connections, LAST_PING].map(String)];
  const peer = run(process.execPath, args, { stdin: 'pipe' });
  peer.child.stdin!.end(
    JSON.stringify([kind.below, kind.beyond].map((bytes) => bytes.toString('base64'))),
  );
  const pids = members(gateway.program.child.pid!);
  const [began, usedBefore] = [performance.now(), cpuSeconds(pids)];
  const { rate, seconds } = numbers;
  const load = { url: `${gateway.url}/healthy`, connections: 8, rate, seconds };
  // No response at all: the other client would wait forever.
  const { p99 } = await openRate(load).catch(() => ({ p99: Infinity }));
  const took = (performance.now() - began) / 1000;
  const busy = (cpuSeconds(pids) - usedBefore) / took;
  peer.signal('SIGTERM');
  await peer.exited;
  const { opened } = JSON.parse(peer.stdout()) as { opened: number };
  return { p99, opened: opened / took, busy };
}
