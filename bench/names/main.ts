import { gatewayProcess } from '../../test/runtimes/client.ts';
import {
  type GatewayProcess,
  isServer,
  KEY,
  type TestServerRuntime,
} from '../../test/runtimes/runtime.ts';
import { type DnsServer, dnsServer } from '../../test/support/dns-server.ts';
import { line } from '../../test/support/process.ts';
import { readKindArguments } from '../arguments.ts';
import { openRate } from '../load/open-rate.ts';
import { type Pinning, pinning } from '../machine/pin.ts';
import { type SimpleServer, simpleServer } from '../origins/simple-server.ts';
import { pairedRatio, spread } from '../report/figures.ts';
import { table } from '../report/table.ts';
import { rangeText } from '../report/text.ts';
import { HEALTHY, type Kind, KINDS } from './kinds.ts';
import { others } from './others.ts';

const DEFAULTS = { pairs: 11, seconds: 3, rate: 500, others: 50 };

/** The highest p99 of a healthy route beside such names, as a multiple of its p99 beside healthy names. */
const MAX_RATIO = 1.15;

type Numbers = Readonly<Record<keyof typeof DEFAULTS, number>>;

interface Setting {
  readonly dns: DnsServer;
  readonly server: SimpleServer;
  readonly pinned: Pinning;
  readonly numbers: Numbers;
}

/**
 * Measures what unusable names of mirrors and of other routes' upstreams cost a healthy route.
 *
 * @returns whether the ratio held for each kind
 */
export async function main(args: readonly string[]): Promise<boolean> {
  const { runtimes, numbers, kinds } = readKindArguments(args, DEFAULTS, KINDS);
  const pinned = pinning();
  const [server, dns] = await Promise.all([simpleServer(), dnsServer()]);
  console.log(
    `${numbers.pairs} pairs of turns of ${numbers.seconds} s; ${numbers.rate} requests a second to the healthy route,`,
    `${numbers.others} to the others; ${pinned.description}.`,
    'Latencies are min / median / max of the turns in ms, ratios the median of the pairs.',
  );
  const passed: boolean[] = [];
  // On Workers the platform resolves names.
  for (const runtime of runtimes.filter(isServer))
    passed.push(await measure(runtime, kinds, { dns, server, pinned, numbers }));
  await Promise.all([server.stop(), dns.close()]);
  return passed.every(Boolean);
}

async function measure(
  runtime: TestServerRuntime,
  kinds: readonly Kind[],
  setting: Setting,
): Promise<boolean> {
  const { dns, server, pinned, numbers } = setting;
  const gateway = await startNamed(runtime, dns);
  pinned.gateway(gateway.program);
  HEALTHY.begin(dns, 'healthy.test');
  await put(gateway, 'healthy', { nodes: { [`healthy.test:${server.port}`]: 1 } });

  // Code that runs for the first time is slow: that would count for the first kind alone.
  for (const kind of [HEALTHY, ...kinds]) await turn(gateway, kind, setting);
  const rows: string[][] = [];
  let passed = true;
  for (const kind of kinds) {
    const [beside, without]: [number[], number[]] = [[], []];
    for (let pair = 0; pair < numbers.pairs; pair++) {
      without.push(await turn(gateway, HEALTHY, setting));
      beside.push(await turn(gateway, kind, setting));
    }
    const ratio = pairedRatio(beside, without);
    const held = ratio <= MAX_RATIO;
    passed &&= held;
    rows.push([
      kind.name,
      rangeText(spread(without)),
      rangeText(spread(beside)),
      ratio.toFixed(2),
      held ? 'ok' : 'FAIL',
    ]);
  }
  gateway.program.signal('SIGKILL');
  await gateway.program.exited;
  console.log(`\n${runtime.name} (fails above ${MAX_RATIO})`);
  console.log(
    table([['the other name', 'p99 without', 'p99 beside', 'beside/without', ''], ...rows]),
  );
  return passed;
}

/** A gateway that uses the given DNS server. */
async function startNamed(runtime: TestServerRuntime, dns: DnsServer): Promise<GatewayProcess> {
  const file = new URL('../../test/support/named-gateway.mjs', import.meta.url);
  const program = runtime.script(file, [dns.address, KEY]);
  const [, port] = await line(program, /^listening on http:\/\/127\.0\.0\.1:(\d+)$/m);
  return gatewayProcess({
    runtime: runtime.name,
    port: Number(port),
    program,
    file: null,
    adminKey: KEY,
  });
}

let turns = 0;

/** The p99 of the healthy route while others use fresh names of this kind. */
async function turn(gateway: GatewayProcess, kind: Kind, setting: Setting): Promise<number> {
  const { dns, server, numbers } = setting;
  const names = ['mirror', 'upstream'].map((what) => `${what}-${turns}.test`);
  turns += 1;
  const ends = names.map((name) => kind.begin(dns, name));
  const [mirror, upstream] = names.map((name) => `${name}:${server.port}`);
  await put(
    gateway,
    'mirrored',
    { nodes: { [`healthy.test:${server.port}`]: 1 } },
    `http://${mirror!}`,
  );
  await put(gateway, 'other', { nodes: { [upstream!]: 1 } });
  const load = { url: `${gateway.url}/healthy`, connections: 8, ...numbers };
  const stop = others([`${gateway.url}/mirrored`, `${gateway.url}/other`], numbers.others);
  const { p99 } = await openRate(load);
  await stop();
  for (const end of ends) end();
  return p99;
}

function put(
  gateway: GatewayProcess,
  id: string,
  upstream: object,
  mirror?: string,
): Promise<void> {
  return gateway.put(id, {
    uri: `/${id}`,
    upstream: { timeout: { connect: 3, send: 3, read: 3 }, ...upstream },
    ...(mirror !== undefined && {
      plugins: { 'proxy-mirror': { host: mirror, breaker: false, timeout: 3 } },
    }),
  });
}
