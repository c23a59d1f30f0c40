import { pairedRatio } from '../report/figures.ts';
import { MIB, MIRROR_MEMORY, type MirrorCase, SLOWEST, type Uploads } from './cases.ts';
import type { Measured } from './measure.ts';

export const HEADINGS = [
  'uploads',
  'mirror',
  'peak without',
  'peak with',
  'growth',
  'left after',
  'allowed',
  'recorded',
  'time with/without',
  'wrong',
  '',
] as const;

export interface Verdict {
  readonly cells: readonly string[];
  readonly passed: boolean;
  /** Uploads that were changed on the way. */
  readonly wrong: readonly string[];
}

/** A row for each mirror. Memory in MiB. */
export function verdictsOn(uploads: Uploads, measured: Measured): Verdict[] {
  return [...measured.with.keys()].map((one) => verdictOn(uploads, one, measured));
}

function verdictOn(uploads: Uploads, one: MirrorCase, measured: Measured): Verdict {
  const { without } = measured;
  const mirrored = measured.with.get(one)!;
  const growth = mirrored.peak - without.peak;
  const left = mirrored.after - without.after;
  const ratio = pairedRatio(measured.seconds.get(one)!, measured.seconds.get(null)!);
  const wrong = [...without.wrong, ...mirrored.wrong];
  const passed =
    growth <= one.growth &&
    left <= one.growth &&
    mirrored.recorded <= MIRROR_MEMORY &&
    ratio <= SLOWEST &&
    wrong.length === 0;
  return {
    passed,
    wrong,
    cells: [
      uploads.name,
      one.name,
      ...[without.peak, mirrored.peak, growth, left, one.growth, mirrored.recorded].map(mebibytes),
      ratio.toFixed(2),
      String(wrong.length),
      passed ? 'ok' : 'FAIL',
    ],
  };
}

function mebibytes(bytes: number): string {
  return (bytes / MIB).toFixed(1);
}
