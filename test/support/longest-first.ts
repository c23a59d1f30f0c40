import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The files that take minutes, the longest first. */
const LONGEST = [
  'deno',
  'node',
  'bun',
  'fuzz',
  'workers',
  'ui',
  'real-programs',
  'taps',
  'middleware',
  'unit/http1/turns',
  'examples',
  'package',
];

/** Runs the longest files first, so that none is left to run alone at the end. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rankOf = ({ moduleId }: TestSpecification) => {
      const rank = LONGEST.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`));
      return rank === -1 ? LONGEST.length : rank;
    };
    return files.toSorted((a, b) => rankOf(a) - rankOf(b));
  }
}
