import type { GatewayProcess, TestRuntime } from '../../test/runtimes/runtime.ts';
import { route } from '../../test/support/origin.ts';
import { readArguments } from '../arguments.ts';
import { openRate } from '../load/open-rate.ts';
import { type Pinning, pinning } from '../machine/pin.ts';
import { simpleServer } from '../origins/simple-server.ts';
import { type OwnProcess, ownProcess, resultOf } from '../own-process.ts';
import { pairedRatio, type Spread, spread } from '../report/figures.ts';
import { table } from '../report/table.ts';
import { INPUTS } from './inputs.mjs';

const DEFAULTS = { pairs: 5, seconds: 2, connections: 4, rate: 500 };

/** What the p99 of one client may be while another peer sends the costly form, as a multiple of the plain. */
const MOST_RATIO = 1.5;

/** Who sends an input: a client, or as upstream or mirror a server. */
type Role = 'client' | 'upstream' | 'mirror';

type Numbers = Readonly<Record<keyof typeof DEFAULTS, number>>;

/**
 * What one peer's bytes take from another client: its latency while they come in their costliest form, beside that
 * while as many come in a plain one.
 *
 * @returns whether the ratio held for each input
 */
export async function main(args: readonly string[]): Promise<boolean> {
  const { runtimes, numbers } = readArguments(args, DEFAULTS);
  const pinned = pinning();
  const [server, peers] = await Promise.all([
    simpleServer(),
    ownProcess(new URL('server.mjs', import.meta.url)),
  ]);
  console.log(
    `${numbers.pairs} pairs of turns of ${numbers.seconds} s; the peer has ${numbers.connections} connections,`,
    `the other client sends ${numbers.rate} requests a second; ${pinned.description}.`,
    'Latencies are min / median / max of the turns in ms, ratios the median of the pairs.',
  );
  const passed: boolean[] = [];
  for (const runtime of runtimes)
    passed.push(await measure(runtime, server, peers, pinned, numbers));
  await Promise.all([server.stop(), peers.stop()]);
  return passed.every(Boolean);
}

async function measure(
  runtime: TestRuntime,
  server: OwnProcess,
  peers: OwnProcess,
  pinned: Pinning,
  numbers: Numbers,
): Promise<boolean> {
  const gateway = await runtime.start({
    routes: routes(server, peers),
    env: { LOG_LEVEL: 'error' },
  });
  pinned.gateway(gateway.program);
  const rows: string[][] = [];
  let passed = true;
  for (const [index, { name, sender }] of INPUTS.entries()) {
    for (const role of sender === 'client'
      ? (['client'] as const)
      : (['upstream', 'mirror'] as const)) {
      const { plain, costly } = await takeTurns(gateway, index, role, numbers);
      const ratio = pairedRatio(costly, plain);
      const held = ratio <= MOST_RATIO;
      passed &&= held;
      rows.push([
        `${role}: ${name}`,
        text(spread(plain)),
        text(spread(costly)),
        ratio.toFixed(2),
        held ? 'ok' : 'FAIL',
      ]);
    }
  }
  await gateway.stop();
  console.log(`\n${runtime.name} (fails above ${MOST_RATIO})`);
  console.log(table([['sent by', 'p99 plain', 'p99 costly', 'costly/plain', ''], ...rows]));
  return passed;
}

/** One for the other client, and for each form of what a server sends one with it as upstream and as mirror. */
function routes(server: OwnProcess, peers: OwnProcess): readonly object[] {
  const upstream = { node: `127.0.0.1:${server.port}` };
  const peer = { node: `127.0.0.1:${peers.port}` };
  const healthy = { id: 'healthy', ...route(upstream, server, { uri: '/healthy' }) };
  // A variable that is compared as a number.
  const numeric = {
    id: 'numeric',
    ...route(upstream, server, { uri: '/client' }),
    vars: [['http_x_version', '>', 2]],
    priority: 1,
  };
  const client = { id: 'client', ...route(upstream, server, { uri: '/client' }) };
  const asUpstream = { id: 'upstream', uri: '/*', upstream: { nodes: { [peer.node]: 1 } } };
  const asMirror = INPUTS.flatMap((_, index) =>
    (['plain', 'costly'] as const).map((form) => ({
      id: `mirror-${index}-${form}`,
      ...route(upstream, peers, { uri: `/mirror/${index}/${form}` }),
      plugins: { 'proxy-mirror': { host: peers.url, path: `/${index}/${form}` } },
    })),
  );
  return [healthy, numeric, client, asUpstream, ...asMirror];
}

/** Takes turns plain, costly, plain, costly: both sides have the same machine. */
async function takeTurns(
  gateway: GatewayProcess,
  index: number,
  role: Role,
  { pairs, seconds, connections, rate }: Numbers,
): Promise<{ plain: number[]; costly: number[] }> {
  async function turn(form: 'plain' | 'costly'): Promise<number> {
    const path = {
      client: '/client',
      upstream: `/${index}/${form}`,
      mirror: `/mirror/${index}/${form}`,
    };
    const args = [gateway.url + path[role], index, form, connections, seconds + 2].map(String);
    const peer = resultOf(new URL('peer.mjs', import.meta.url), args);
    const load = { url: `${gateway.url}/healthy`, connections: 8, rate, seconds };
    // Left without an answer: the other client waits for ever.
    const lost = () => ({ p99: Infinity });
    const [{ p99 }] = await Promise.all([openRate(load).catch(lost), peer]);
    return p99;
  }
  const plain: number[] = [];
  const costly: number[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    plain.push(await turn('plain'));
    costly.push(await turn('costly'));
  }
  return { plain, costly };
}

function text({ min, median, max }: Spread): string {
  return [min, median, max].map((value) => value.toFixed(1)).join(' / ');
}
