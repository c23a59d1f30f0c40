import { beforeAll, type RunnerTask, type RunnerTestCase } from 'vitest';
import { CANNOT, type Limit, NOT_ASKED } from './cannot.ts';
import type { FetchRuntime } from './runtimes.ts';

/**
 * Turns the tests of the list around, in the file or group that this is called in: each has to fail. What is not on
 * the list has to pass, and a name on it that no test has is an error.
 *
 * @param parts of the suite that are run. Default: all
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

/** All tests below a suite, with their names: those of the groups that they are in, without the suite's own. */
function testsOf(task: RunnerTask, path: readonly string[]): readonly Named[] {
  if (task.type === 'test') return [{ path: path.join(' > '), test: task }];
  return task.tasks.flatMap((each) => testsOf(each, [...path, each.name]));
}

/** The tests on a list; each of its names is at least one's, or one's group's. */
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

/** @param pattern a name of a test or of a group that it is in, where `*` stands for any text */
export function matches(pattern: string, path: string): boolean {
  const source = pattern.split('*').map((text) => text.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'));
  return new RegExp(`^${source.join('.*')}(?: > .*)?$`, 's').test(path);
}

function turnAround(test: RunnerTestCase): void {
  test.fails = true;
  // To try again would not make it better.
  test.retry = 0;
}
