import type { GatewayProcess, TestRuntime } from '../../test/runtimes/runtime.ts';
import { exposed, sample } from '../../test/support/outcomes.ts';
import { random } from '../../test/support/random.ts';
import { until } from '../../test/support/until.ts';
import { members, openSockets, requireLinux } from '../machine/group.ts';
import { type LiveMemory, liveMemory } from '../machine/live-memory.ts';
import { accountingFaults, outburstFaults } from './checks.ts';
import { type Change, memoryFaults, socketFaults } from './leaks.ts';
import { moodyMirror } from './moody-mirror.ts';
import { soakRoutes } from './routes.ts';
import { traffic } from './traffic.ts';
import { startUpstream } from './upstream.ts';

export interface SoakOptions {
  readonly runtime: TestRuntime;
  readonly seconds: number;
  /** Seed of all random decisions. Timing still differs from run to run. */
  readonly seed: number;
  /** Most requests per second. Default: 500, which every runtime can handle. */
  readonly rate?: number;
}

export interface SoakReport {
  readonly requests: number;
  /** Requests that the client itself aborted. */
  readonly aborted: number;
  /** Bytes after the first fifth and at the end, with no request or copy in flight. */
  readonly memory: Change & { readonly what: string };
  /** Open sockets of the gateway, before the first request and after the last. */
  readonly sockets: Change;
  /** All faults; empty when the soak passed. */
  readonly faults: readonly string[];
}

const CLIENTS = 16;

/** Copies live up to 2 s here, and kept connections stay idle for some more. */
const SETTLE_MS = 60_000;

/**
 * Puts mixed load on a gateway whose mirrors come and go, and checks what must hold during and after it. Linux only.
 */
export async function soak(options: SoakOptions): Promise<SoakReport> {
  requireLinux();
  const { runtime, seed } = options;
  const [upstream, a, b] = await Promise.all([
    startUpstream(),
    moodyMirror(random(seed + 1)),
    moodyMirror(random(seed + 2)),
  ]);
  const closeAll = () => Promise.all([upstream.close(), a.close(), b.close()]);
  const live = await liveMemory(runtime.name);
  const routes = soakRoutes(upstream, [a, b]);
  const gateway = await runtime.start({ routes, ...live.start });
  try {
    return await soakOf(gateway, routes, { ...options, live, closeAll });
  } finally {
    await Promise.all([gateway.stop(), closeAll()]);
    live.close();
  }
}

interface Soaking extends SoakOptions {
  readonly live: LiveMemory;
  /** Stops upstream and mirrors. */
  readonly closeAll: () => Promise<unknown>;
}

async function soakOf(
  gateway: GatewayProcess,
  routes: readonly { readonly id: string }[],
  { runtime, seconds, seed, rate = 500, live, closeAll }: Soaking,
): Promise<SoakReport> {
  const { url, program } = gateway;
  const sockets = () => openSockets(members(program.child.pid!));
  const socketsBefore = sockets();
  const next = random(seed);
  const load = { url, routes: routes.map(({ id }) => id), next, rate, clients: CLIENTS };

  const first = await traffic({ ...load, seconds: seconds / 5 });
  await settled(gateway);
  const before = await live.read(gateway);
  const second = await traffic({ ...load, seconds: (seconds * 4) / 5 });
  await settled(gateway);
  const memory = { what: live.what, before, after: await live.read(gateway) };
  const accounting = accountingFaults(await exposed(gateway));

  await closeAll();
  const left = { before: socketsBefore, after: sockets() };
  const closed = () => socketFaults({ ...left, after: (left.after = sockets()) }).length === 0;
  // Sockets that are left at the end are a fault below.
  await until(closed, SETTLE_MS).catch(() => {});
  return {
    requests: first.requests + second.requests,
    aborted: first.aborted + second.aborted,
    memory,
    sockets: left,
    faults: [
      ...first.faults,
      ...second.faults,
      ...accounting,
      ...outburstFaults(program),
      ...memoryFaults(runtime.name, memory),
      ...socketFaults(left),
    ],
  };
}

async function settled(gateway: GatewayProcess): Promise<void> {
  const idle = async () => (await sample(gateway, 'mirror_in_flight')) === 0;
  await until(idle, SETTLE_MS, 'the end of all copies');
}
