import { footprint } from './footprint/footprint.ts';
import { latency } from './latency/latency.ts';
import { matching } from './matching/matching.ts';
import type { PartName } from './options.ts';
import { rates } from './rates/rates.ts';
import type { Setting } from './setting.ts';
import { workers } from './workers/workers.ts';

/** The parts of the benchmark, in order. */
export const PARTS: Readonly<Record<PartName, (setting: Setting) => Promise<void>>> = {
  rates,
  latency,
  footprint,
  matching,
  workers,
};
