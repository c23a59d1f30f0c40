import { readArguments } from '../arguments.ts';
import { requireLinux } from '../machine/group.ts';
import { memoryOf } from '../machine/peak.ts';
import { pinning } from '../machine/pin.ts';
import { ownProcess } from '../own-process.ts';
import { table } from '../report/table.ts';
import { uploadsOn } from './cases.ts';
import { deafMirror } from './deaf-mirror.ts';
import { measure } from './measure.ts';
import { HEADINGS, verdictsOn } from './verdict.ts';

/**
 * Measures what a mirror that never reads costs in memory and time during large uploads.
 * @returns whether every body arrived complete, within the limits of memory and time
 */
export async function main(args: readonly string[]): Promise<boolean> {
  requireLinux();
  const { runtimes, numbers } = readArguments(args, { turns: 3 });
  const pinned = pinning();
  const [sink, mirror] = await Promise.all([
    ownProcess(new URL('sink.mjs', import.meta.url)),
    deafMirror(),
  ]);
  console.log(
    `Chunked uploads; the mirror never reads; ${pinned.description}. Memory in MiB over the idle`,
    `gateway's; time is the median of ${numbers.turns} pairs of turns.`,
  );
  let passed = true;
  for (const runtime of runtimes) {
    const verdicts = [];
    for (const uploads of uploadsOn(runtime.name)) {
      const measured = await measure(runtime, uploads, { sink, mirror, pinned, ...numbers });
      verdicts.push(...verdictsOn(uploads, measured));
    }
    console.log(`\n${runtime.name}: ${await memoryOf(runtime.name)}`);
    console.log(table([HEADINGS, ...verdicts.map(({ cells }) => cells)]));
    for (const { wrong } of verdicts) wrong.forEach((fault) => console.log(fault));
    passed &&= verdicts.every((verdict) => verdict.passed);
  }
  await sink.stop();
  mirror.close();
  return passed;
}
