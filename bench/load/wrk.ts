import { fileURLToPath } from 'node:url';
import { type Program, run } from '../../test/support/process.ts';
import type { Load, LoadGenerator, LoadResult } from './load.ts';

/** Options of wrk that other load generators lack. */
export interface WrkLoad extends Load {
  /** Bytes of the body of a POST. Default: a GET. */
  readonly body?: number;
}

export interface WrkResult extends LoadResult {
  /** Number of responses, and bytes of all responses. */
  readonly requests: number;
  readonly bytes: number;
}

/** The output of `wrk.lua`. Latencies in microseconds. */
interface Report {
  readonly requests: number;
  readonly bytes: number;
  readonly microseconds: number;
  readonly p99: number;
  readonly wrong: number;
}

const SCRIPT = fileURLToPath(new URL('wrk.lua', import.meta.url));

/** How much longer than requested wrk may take before it is killed. */
const GRACE_S = 30;

export const wrk: LoadGenerator = { name: 'wrk', run: runWrk };

export async function runWrk({ url, connections, seconds, body = 0 }: WrkLoad): Promise<WrkResult> {
  // A slow response shows in the latencies; only a missing one is wrong.
  const length = `${Math.ceil(seconds)}s`;
  const asked = ['-t1', `-c${connections}`, `-d${length}`, '--timeout', '10s', '-s', SCRIPT];
  const program = run('wrk', [...asked, url, '--', String(body)]);
  await endOf(program, seconds + GRACE_S);
  const [, json] = /^report (.*)$/m.exec(program.stdout()) ?? [];
  if (json === undefined)
    throw new Error(`wrk ${url} reported no figures:\n${program.stdout()}${program.stderr()}`);
  const { requests, bytes, microseconds, p99, wrong } = JSON.parse(json) as Report;
  return {
    requestsPerSecond: requests / (microseconds / 1_000_000),
    p99: p99 / 1000,
    wrong,
    requests,
    bytes,
  };
}

async function endOf(program: Program, seconds: number): Promise<void> {
  const kill = setTimeout(() => program.signal('SIGKILL'), seconds * 1000);
  await program.exited.finally(() => clearTimeout(kill));
}
