import { runWrk } from '../../load/wrk.ts';
import type { Status } from '../../origins/nginx-origin.ts';
import type { Origins } from '../../origins/origins.ts';
import { CASES, type CaseName, type Mode } from '../cases.ts';

export interface TurnOptions {
  readonly url: string;
  readonly case: CaseName;
  readonly mode: Mode;
  readonly connections: number;
  readonly seconds: number;
}

export interface Turn {
  readonly requestsPerSecond: number;
  /** Copies that had reached the mirror by the end of the turn, for each request that reached the upstream. */
  readonly copied: number;
}

/**
 * Runs one load, and counts at both ends.
 * @throws when a response is wrong: then the rate has no meaning
 */
export async function takeTurn(origins: Origins, options: TurnOptions): Promise<Turn> {
  const { body, target, responseBytes } = CASES[options.case];
  const url = `${options.url}/${options.mode}/${target}`;
  const before = await counted(origins, options.mode);
  const result = await runWrk({ ...options, url, body });
  const after = await counted(origins, options.mode);
  const forwarded = after.upstream - before.upstream;
  const copies = after.mirror - before.mirror;

  const { requests, bytes, wrong, requestsPerSecond } = result;
  if (wrong > 0) throw new Error(`${wrong} of ${requests + wrong} responses wrong or missing`);
  if (requests === 0) throw new Error('no response at all');
  if (bytes < requests * responseBytes)
    throw new Error(`responses shorter than ${responseBytes} bytes`);
  if (forwarded < requests) throw new Error(`${requests} responses to ${forwarded} upstream`);
  // The load generator's last requests may break off on their way to the upstream, but not to the mirror.
  const most = options.mode === 'plain' ? 0 : forwarded + options.connections;
  if (copies > most) throw new Error(`${copies} copies of ${forwarded} requests`);
  return { requestsPerSecond, copied: copies / forwarded };
}

interface Counted {
  readonly upstream: number;
  readonly mirror: number;
}

async function counted({ upstream, mirror, stalled }: Origins, mode: Mode): Promise<Counted> {
  const copies = await (mode === 'stalled' ? stalled : mirror).status();
  return { upstream: (await upstream.status()).requests, mirror: copies.requests };
}

const SETTLE_MS = 20_000;
const PAUSE_MS = 100;

/**
 * Waits until nothing is in flight and nothing more reaches upstream and mirrors, so that no turn pays for the
 * previous one.
 * @returns whether that happened in time
 */
export async function settled({ upstream, mirror, stalled }: Origins): Promise<boolean> {
  const look = () => Promise.all([upstream, mirror, stalled].map((one) => one.status()));
  const sum = (all: readonly Status[], what: keyof Status) =>
    all.reduce((before, one) => before + one[what], 0);
  const deadline = performance.now() + SETTLE_MS;
  let before = await look();
  while (performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    const now = await look();
    if (sum(now, 'open') === 0 && sum(now, 'requests') === sum(before, 'requests')) return true;
    before = now;
  }
  return false;
}
