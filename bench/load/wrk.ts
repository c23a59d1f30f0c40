import { run } from '../../test/support/process.ts';
import type { LoadGenerator } from './load.ts';

const MILLISECONDS: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000, m: 60_000 };

export const wrk: LoadGenerator = {
  name: 'wrk',
  async run({ url, connections, seconds }) {
    // A slow answer is told by the latencies; only one that does not come is wrong.
    const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '--latency', '--timeout', '10s', url];
    const program = run('wrk', args);
    await program.exited;
    const text = program.stdout();
    const [, p99, unit] = /^\s+99%\s+([\d.]+)(us|ms|s|m)\s*$/m.exec(text) ?? [];
    const [, rate] = /^Requests\/sec:\s+([\d.]+)$/m.exec(text) ?? [];
    if (p99 === undefined || rate === undefined)
      throw new Error(`wrk ${args.join(' ')} reported no figures:\n${text}${program.stderr()}`);
    return {
      requestsPerSecond: Number(rate),
      p99: Number(p99) * MILLISECONDS[unit!]!,
      wrong: wrongOf(text),
    };
  },
};

/** These lines are there only when there is something to tell. */
function wrongOf(text: string): number {
  const [, other = 0] = /Non-2xx or 3xx responses: (\d+)/.exec(text) ?? [];
  const [, ...errors] =
    /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(text) ?? [];
  return [other, ...errors].reduce((sum: number, count) => sum + Number(count), 0);
}
