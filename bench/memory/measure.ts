import type { TestRuntime } from '../../test/runtimes/runtime.ts';
import { route } from '../../test/support/origin.ts';
import type { Pinning } from '../machine/pin.ts';
import type { OwnProcess } from '../own-process.ts';
import { MIRRORS, type MirrorCase, type Uploads } from './cases.ts';
import type { DeafMirror } from './deaf-mirror.ts';
import { type MemoryTurn, memoryTurn, timeTurn } from './turn.ts';

export interface Surroundings {
  readonly sink: OwnProcess;
  readonly mirror: DeafMirror;
  readonly pinned: Pinning;
  /** Turns for measuring time, of each kind. */
  readonly turns: number;
}

/** Uploads without a mirror and with each mirror. */
export interface Measured {
  readonly without: MemoryTurn;
  readonly with: ReadonlyMap<MirrorCase, MemoryTurn>;
  /** Seconds of each turn; the key `null` is without a mirror. */
  readonly seconds: ReadonlyMap<MirrorCase | null, readonly number[]>;
}

export async function measure(
  runtime: TestRuntime,
  uploads: Uploads,
  { sink, mirror, pinned, turns }: Surroundings,
): Promise<Measured> {
  const upstream = { node: `127.0.0.1:${sink.port}` };
  const optionsOf = (one: MirrorCase | null) => ({
    runtime,
    uploads,
    pinned,
    route: {
      id: 'upload',
      ...route(upstream, one && mirror, { uri: '/upload', ...(one && { plugin: one.plugin }) }),
    },
  });

  const without = await memoryTurn(optionsOf(null));
  const mirrored = new Map<MirrorCase, MemoryTurn>();
  for (const one of MIRRORS) mirrored.set(one, await memoryTurn(optionsOf(one)));

  const cases = [null, ...MIRRORS];
  const seconds = new Map(cases.map((one) => [one, [] as number[]]));
  for (let turn = 0; turn < turns; turn++) {
    for (const one of cases) seconds.get(one)!.push(await timeTurn(optionsOf(one)));
  }
  return { without, with: mirrored, seconds };
}
