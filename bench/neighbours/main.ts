import type { GatewayProcess, TestRuntime } from '../../test/runtimes/runtime.ts';
import { route } from '../../test/support/origin.ts';
import { until } from '../../test/support/until.ts';
import { readKindArguments } from '../arguments.ts';
import { openRate } from '../load/open-rate.ts';
import { responds } from '../load/responds.ts';
import { cpuSeconds, members } from '../machine/group.ts';
import { type Pinning, pinning } from '../machine/pin.ts';
import { simpleServer } from '../origins/simple-server.ts';
import { type OwnProcess, ownProcess, resultOf } from '../own-process.ts';
import { pairedRatio, spread } from '../report/figures.ts';
import { table } from '../report/table.ts';
import { rangeText } from '../report/text.ts';
import { type Input, INPUTS, NOT_FOR_WORKERS } from './inputs.mjs';

const DEFAULTS = { pairs: 5, seconds: 2, connections: 4, rate: 500 };

/** Milliseconds; longer than any input is still read after its sender has left. */
const IDLE_MS = 120_000;

/** What one peer's bytes cost others: measured while it sends them in one form, and then in the other. */
interface Measure {
  readonly what: string;
  /** Limit for the costly form, as a multiple of the plain form. */
  readonly most: number;
  of(gateway: GatewayProcess, numbers: Numbers, peer: () => Promise<Sent>): Promise<number>;
}

interface Sent {
  readonly responses: number;
}

/** Latency of another client, in milliseconds. */
const P99: Measure = {
  what: 'p99 of another client',
  most: 1.5,
  async of(gateway, { rate, seconds }, peer) {
    const load = { url: `${gateway.url}/healthy`, connections: 8, rate, seconds };
    // No response at all: the other client would wait forever.
    const lost = () => ({ p99: Infinity });
    const [{ p99 }] = await Promise.all([openRate(load).catch(lost), peer()]);
    return p99;
  },
};

/** Processor time of one request, in microseconds: on Workers each request may use the isolate alone. */
const CPU: Measure = {
  what: 'CPU of a request',
  most: 2,
  async of({ program }, _numbers, peer) {
    const workerd = members(program.child.pid!, 'workerd');
    const before = cpuSeconds(workerd);
    const { responses } = await peer();
    return ((cpuSeconds(workerd) - before) / responses) * 1_000_000;
  },
};

/** Who sends an input: a client, or a server as upstream or mirror. */
type Role = 'client' | 'upstream' | 'mirror';

const ROLES: Readonly<Record<Input['sender'], readonly Role[]>> = {
  client: ['client'],
  server: ['upstream', 'mirror'],
};

type Numbers = Readonly<Record<keyof typeof DEFAULTS, number>>;

/**
 * Measures what one peer's bytes cost another client: its latency while they arrive in their costliest form, compared
 * with the same number of bytes in a plain form; on Workers their own processor time.
 *
 * @returns whether the ratio held for each input
 */
export async function main(args: readonly string[]): Promise<boolean> {
  const { runtimes, numbers, kinds } = readKindArguments(args, DEFAULTS, INPUTS);
  const pinned = pinning();
  const [server, peers] = await Promise.all([
    simpleServer(),
    ownProcess(new URL('server.mjs', import.meta.url)),
  ]);
  console.log(
    `${numbers.pairs} pairs of turns of ${numbers.seconds} s; the peer has ${numbers.connections} connections,`,
    `the other client sends ${numbers.rate} requests a second; ${pinned.description}.`,
    'Figures are min / median / max of the turns in ms, on Workers in us; ratios are the median of the pairs.',
  );
  const passed: boolean[] = [];
  for (const runtime of runtimes)
    passed.push(await measure(runtime, kinds, { server, peers, pinned, numbers }));
  await Promise.all([server.stop(), peers.stop()]);
  return passed.every(Boolean);
}

interface Setting {
  readonly server: OwnProcess;
  readonly peers: OwnProcess;
  readonly pinned: Pinning;
  readonly numbers: Numbers;
}

async function measure(
  runtime: TestRuntime,
  inputs: readonly Input[],
  { server, peers, pinned, numbers }: Setting,
): Promise<boolean> {
  const isWorkers = runtime.name === 'workers';
  const measured = isWorkers ? CPU : P99;
  const gateway = await runtime.start({
    routes: routes(server, peers),
    env: { LOG_LEVEL: 'error', TRUSTED_PROXIES: '127.0.0.0/8' },
  });
  pinned.gateway(gateway.program);
  const rows: string[][] = [];
  let passed = true;
  for (const input of inputs) {
    const { name, sender } = input;
    const index = INPUTS.indexOf(input);
    if (isWorkers && NOT_FOR_WORKERS.has(name)) continue;
    for (const role of ROLES[sender]) {
      const { plain, costly } = await takeTurns(gateway, index, role, measured, numbers);
      const ratio = pairedRatio(costly, plain);
      const held = ratio <= measured.most;
      passed &&= held;
      rows.push([
        `${role}: ${name}`,
        rangeText(spread(plain)),
        rangeText(spread(costly)),
        ratio.toFixed(2),
        held ? 'ok' : 'FAIL',
      ]);
    }
  }
  await gateway.stop();
  console.log(`\n${runtime.name}: ${measured.what} (fails above ${measured.most})`);
  console.log(table([['sent by', 'plain', 'costly', 'costly/plain', ''], ...rows]));
  return passed;
}

/**
 * A route for the other client, routes for the inputs of clients, and for each input of a server a route that copies
 * to it.
 */
function routes(server: OwnProcess, peers: OwnProcess): readonly object[] {
  const upstream = { node: `127.0.0.1:${server.port}` };
  const conditions: Readonly<Record<string, readonly unknown[]>> = {
    number: ['http_x_version', '>', 2],
    pattern: ['http_x_letters', '~~', '^(a+)+$'],
    cookie: ['cookie_a', '==', 'b'],
  };
  const asMirror = INPUTS.flatMap((_, index) =>
    (['plain', 'costly'] as const).map((form) => ({
      id: `mirror-${index}-${form}`,
      ...route(upstream, peers, { uri: `/mirror/${index}/${form}` }),
      plugins: { 'proxy-mirror': { host: peers.url, path: `/${index}/${form}` } },
    })),
  );
  return [
    { id: 'healthy', ...route(upstream, server, { uri: '/healthy' }) },
    { id: 'client', ...route(upstream, server, { uri: '/client*' }) },
    ...Object.entries(conditions).map(([id, condition]) => ({
      id,
      ...route(upstream, server, { uri: `/${id}` }),
      vars: [['OR', condition, ['uri', '==', `/${id}`]]],
      priority: 1,
    })),
    { id: 'upstream', uri: '/upstream/*', upstream: { nodes: { [`127.0.0.1:${peers.port}`]: 1 } } },
    ...asMirror,
  ];
}

/** Turns plain, costly, plain, costly: both forms see the same machine. */
async function takeTurns(
  gateway: GatewayProcess,
  index: number,
  role: Role,
  measured: Measure,
  numbers: Numbers,
): Promise<{ plain: number[]; costly: number[] }> {
  const path = (form: string) => (role === 'client' ? '/' : `/${role}/${index}/${form}`);
  const healthy = `${gateway.url}/healthy`;
  const turn = async (form: 'plain' | 'costly') => {
    // What one input left behind must not affect the next.
    await until(() => responds(healthy), IDLE_MS, `an end of what came before ${path(form)}`);
    // The load warms up first, so the peer must send a little longer.
    const seconds = numbers.seconds + (measured === P99 ? 2 : 0);
    const args = [gateway.url + path(form), index, form, numbers.connections, seconds].map(String);
    return measured.of(gateway, numbers, () =>
      resultOf<Sent>(new URL('peer.mjs', import.meta.url), args),
    );
  };
  const plain: number[] = [];
  const costly: number[] = [];
  for (let pair = 0; pair < numbers.pairs; pair++) {
    plain.push(await turn('plain'));
    costly.push(await turn('costly'));
  }
  return { plain, costly };
}
