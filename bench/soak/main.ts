import { readArguments } from '../arguments.ts';
import { soak, type SoakReport } from './soak.ts';

const MIB = 1024 * 1024;
/** More would not help. */
const SHOWN_FAULTS = 20;

/**
 * Mixed load for a long time, on one runtime after another.
 * @returns whether no fault was found
 */
export async function main(args: readonly string[]): Promise<boolean> {
  const seed = Math.floor(Math.random() * 2 ** 31) + 1;
  const defaults = { minutes: 30, rate: 500, seed };
  const { runtimes, numbers } = readArguments(args, defaults);
  const { minutes, ...options } = numbers;
  console.log(`${minutes} minutes on each of ${runtimes.map(({ name }) => name).join(', ')};`);
  console.log(`at most ${options.rate} requests per second; again with --seed ${options.seed}`);
  let passed = true;
  for (const runtime of runtimes) {
    const report = await soak({ runtime, seconds: minutes * 60, ...options });
    console.log(`\n${runtime.name}: ${textOf(report)}`);
    report.faults.slice(0, SHOWN_FAULTS).forEach((fault) => console.log(`  ${fault}`));
    passed &&= report.faults.length === 0;
  }
  return passed;
}

function textOf({ requests, aborted, memory, sockets, faults }: SoakReport): string {
  const [before, after] = [memory.before, memory.after].map((bytes) => (bytes / MIB).toFixed(1));
  return [
    `${requests} requests, ${aborted} of them left by the client`,
    `${memory.what} ${before} MiB after a fifth, ${after} MiB at the end`,
    `${sockets.before} sockets at first, ${sockets.after} at the end`,
    faults.length === 0 ? 'ok' : `FAIL, ${faults.length} faults`,
  ].join('; ');
}
