import { setTimeout as sleep } from 'node:timers/promises';
import type { GatewayProcess, TestRuntime } from '../../test/runtimes/runtime.ts';
import { route } from '../../test/support/origin.ts';
import { readArguments } from '../arguments.ts';
import { loadGenerator, type LoadGenerator } from '../load/load.ts';
import { type Pinning, pinning } from '../machine/pin.ts';
import { type SimpleServer, simpleServer } from '../origins/simple-server.ts';
import { pairedRatio, spread } from '../report/figures.ts';
import { table } from '../report/table.ts';

const DEFAULTS = { pairs: 10, seconds: 3, connections: 64, tabs: 5, routes: 1000 };

/** The least ratio of requests per second with open pages to those without. */
const LEAST_RATIO = 0.97;

/** How often the page asks for the view Now. */
const EVERY_MS = 1000;

const HEADINGS = ['runtime', 'req/s none open', 'req/s open', 'open/none', 'views', ''];

interface Setting {
  readonly load: LoadGenerator;
  readonly pinned: Pinning;
  readonly server: SimpleServer;
  readonly numbers: Readonly<Record<keyof typeof DEFAULTS, number>>;
}

/**
 * Measures what open pages cost the primary: the same load with none and with several, each of which asks for the view Now
 * once a second. Only their requests are made: browsers would take the processor from the load generator.
 *
 * @returns whether the rate was kept on all runtimes
 */
export async function main(args: readonly string[]): Promise<boolean> {
  const { runtimes, numbers } = readArguments(args, DEFAULTS);
  const pinned = pinning();
  const load = loadGenerator();
  const server = await simpleServer();
  console.log(
    `${numbers.pairs} pairs of turns of ${numbers.seconds} s, ${numbers.connections} connections by ${load.name},`,
    `${numbers.routes} routes, ${numbers.tabs} open pages; ${pinned.description}.`,
    'Figures are min / median / max of the turns, ratios the median of the pairs.',
  );
  const verdicts = [];
  for (const runtime of runtimes)
    verdicts.push(await measure(runtime, { load, pinned, server, numbers }));
  await server.stop();
  console.log(table([HEADINGS, ...verdicts.map(({ cells }) => cells)]));
  return verdicts.every(({ passed }) => passed);
}

async function measure(runtime: TestRuntime, { load, pinned, server, numbers }: Setting) {
  const upstream = { node: `127.0.0.1:${server.port}` };
  const routes = Array.from({ length: numbers.routes }, (_, i) => ({
    id: String(i),
    ...route(upstream, server, { uri: `/${i}/*` }),
  }));
  const gateway = await runtime.start({ routes, env: { LOG_LEVEL: 'error' } });
  pinned.gateway(gateway.program);
  const turn = () =>
    load.run({
      url: `${gateway.url}/1/x`,
      connections: numbers.connections,
      seconds: numbers.seconds,
    });
  await turn();

  const [closed, open]: [number[], number[]] = [[], []];
  let [views, wrong] = [0, 0];
  for (let pair = 0; pair < numbers.pairs; pair += 1) {
    const without = await turn();
    const pages = openPages(gateway, numbers.tabs);
    const together = await turn();
    views += await pages.close();
    closed.push(without.requestsPerSecond);
    open.push(together.requestsPerSecond);
    wrong += without.wrong + together.wrong;
  }
  await gateway.stop();
  const ratio = pairedRatio(open, closed);
  const passed = ratio >= LEAST_RATIO && wrong === 0;
  const text = (values: number[]) => {
    const { min, median, max } = spread(values);
    return [min, median, max].map((value) => value.toFixed(0)).join(' / ');
  };
  return {
    passed,
    cells: [
      runtime.name,
      text(closed),
      text(open),
      ratio.toFixed(3),
      String(views),
      passed ? 'ok' : 'FAIL',
    ],
  };
}

/** Asks for the view as so many tabs do. `close` resolves with the number of views that came. */
function openPages(gateway: GatewayProcess, tabs: number): { close(): Promise<number> } {
  const closing = new AbortController();
  let views = 0;
  async function watch(): Promise<void> {
    while (!closing.signal.aborted) {
      const response = await gateway.admin('ui/view?view=now');
      if (!response.ok) throw new Error(`the view: ${response.status} ${await response.text()}`);
      await response.arrayBuffer();
      views += 1;
      await pause(closing.signal);
    }
  }
  const all = Promise.all(Array.from({ length: tabs }, watch));
  return {
    async close() {
      closing.abort();
      await all;
      return views;
    },
  };
}

/** Ends early when the page is closed. */
function pause(signal: AbortSignal): Promise<unknown> {
  return sleep(EVERY_MS, undefined, { signal }).catch(() => {});
}
