import type { Figures } from '../report/series.ts';
import type { Pinning } from '../machine/pin.ts';
import type { Stage } from '../subjects/stage.ts';
import type { Subject } from '../subjects/subject.ts';
import type { Options } from './options.ts';

/** Shared by all parts of the benchmark. */
export interface Setting {
  readonly options: Options;
  readonly subjects: readonly Subject[];
  readonly stage: Stage;
  readonly pinned: Pinning;
  readonly figures: Figures;
}

/** Prints progress on stderr, apart from the results. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
