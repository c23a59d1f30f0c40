import type { RuntimeName } from '../../test/runtimes/runtime.ts';
import { readArguments } from '../arguments.ts';
import { requireLinux } from '../machine/group.ts';
import { memoryOf } from '../machine/peak.ts';
import { pinning } from '../machine/pin.ts';
import { deafMirror } from '../memory/deaf-mirror.ts';
import { ownProcess } from '../own-process.ts';
import { table } from '../report/table.ts';
import { type Direction, streamTurn } from './turn.ts';

const MIB = 1024 * 1024;

/**
 * Limit in bytes above the idle gateway's memory, whatever the size of the body. workerd does not report live memory,
 * and V8 collects array buffers only at some 64 MiB of them: so twice the limit there.
 */
const MAX_BYTES = 64 * MIB;
const limitOf = (runtime: RuntimeName) => (runtime === 'workers' ? 2 : 1) * MAX_BYTES;

const DIRECTIONS: readonly (readonly [Direction, what: string])[] = [
  ['download', 'to a client that pauses'],
  ['upload', 'to an upstream that pauses'],
];

const HEADINGS = ['a body', 'mirror', 'peak', 'left after', 'allowed', 'MB/s', 'wrong', ''];

/**
 * Measures what one large body costs in memory on its way to a reader that pauses now and then.
 * @returns whether each body arrived complete, within the limit
 */
export async function main(args: readonly string[]): Promise<boolean> {
  requireLinux();
  const { runtimes, numbers } = readArguments(args, { megabytes: 1000 });
  const { megabytes } = numbers;
  const pinned = pinning();
  const [origin, deaf] = await Promise.all([
    ownProcess(new URL('origin.mjs', import.meta.url)),
    deafMirror(),
  ]);
  console.log(
    `${megabytes} MB, sent as fast as they are taken; the mirror never reads; ${pinned.description}.`,
    "Memory in MiB over the idle gateway's.",
  );
  let passed = true;
  for (const runtime of runtimes) {
    const rows = [HEADINGS];
    const faults: string[] = [];
    for (const [direction, what] of DIRECTIONS) {
      for (const mirror of [null, deaf]) {
        const bytes = megabytes * 1_000_000;
        const turn = await streamTurn({ runtime, pinned, origin, mirror, direction, bytes });
        const limit = limitOf(runtime.name);
        const good = turn.peak <= limit && turn.result.wrong.length === 0;
        const speed = (megabytes / turn.result.seconds).toFixed(0);
        const figures = [turn.peak, turn.after, limit].map((size) => (size / MIB).toFixed(1));
        const end = [speed, String(turn.result.wrong.length), good ? 'ok' : 'FAIL'];
        rows.push([what, mirror === null ? 'none' : 'deaf', ...figures, ...end]);
        faults.push(...turn.result.wrong);
        passed &&= good;
      }
    }
    console.log(`\n${runtime.name}: ${await memoryOf(runtime.name)}`);
    console.log(table(rows));
    for (const fault of faults) console.log(fault);
  }
  await origin.stop();
  deaf.close();
  return passed;
}
