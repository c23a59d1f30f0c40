import { beforeAll, type RunnerTask, type RunnerTestCase } from 'vitest';
import { CANNOT, type Limit, NOT_ASKED } from './cannot.ts';
import type { FetchRuntime } from './runtimes.ts';

/**
 * Inverts the listed tests in the file or group that calls this: each must fail. Tests that are not listed must pass,
 * and a listed name that matches no test is an error.
 *
 * @param parts parts of the suite that are run. Default: all
 */
export function expectFailures({ name }: FetchRuntime, parts?: readonly string[]): void {
  // Vitest wants its context taken apart, and nothing of it is needed.
  // oxlint-disable-next-line no-empty-pattern
  beforeAll(({}, around) => {
    const tests = around.tasks.flatMap((suite) => testsOf(suite, []));
    for (const test of listed(CANNOT, name, tests, parts)) turnAround(test);
    for (const test of listed(NOT_ASKED, name, tests, parts)) test.mode = 'skip';
  });
}

interface Named {
  readonly path: string;
  readonly test: RunnerTestCase;
}

/** All tests below a suite, with their names: the groups that they are in, without the suite's own name. */
function testsOf(task: RunnerTask, path: readonly string[]): readonly Named[] {
  if (task.type === 'test') return [{ path: path.join(' > '), test: task }];
  return task.tasks.flatMap((each) => testsOf(each, [...path, each.name]));
}

/** The listed tests; each name on the list must match at least one test or group. */
function listed(
  limits: readonly Limit[],
  name: FetchRuntime['name'],
  all: readonly Named[],
  parts: readonly string[] | undefined,
): readonly RunnerTestCase[] {
  const isRun = (pattern: string) => parts?.includes(pattern.split(' > ')[0]!) ?? true;
  return limits
    .flatMap(({ tests }) => Object.entries(tests))
    .filter(([pattern, on]) => on.includes(name) && isRun(pattern))
    .flatMap(([pattern]) => {
      const matching = all.filter(({ path }) => matches(pattern, path));
      if (matching.length === 0) throw new Error(`no test on ${name} is called "${pattern}"`);
      return matching.map(({ test }) => test);
    });
}

/** @param pattern name of a test or of a group that contains it; `*` matches any text */
export function matches(pattern: string, path: string): boolean {
  const source = pattern.split('*').map((text) => text.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'));
  return new RegExp(`^${source.join('.*')}(?: > .*)?$`, 's').test(path);
}

function turnAround(test: RunnerTestCase): void {
  test.fails = true;
  // A retry would fail as well.
  test.retry = 0;
}
