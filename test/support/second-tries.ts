import type { Reporter, TestCase } from 'vitest/node';

/** Tests of one run that may need more than one try. */
const BUDGET = 3;

/** Lines of an error: enough to see how two objects differ. */
const MAX_LINES = 30;

/** Lists the tests that did not end with their first try, and fails the run when they are more than `BUDGET`. */
export class SecondTries implements Reporter {
  readonly #tests: TestCase[] = [];

  onTestRunStart(): void {
    // In watch mode each run is counted by itself.
    this.#tests.length = 0;
  }

  onTestCaseResult(test: TestCase): void {
    if ((test.diagnostic()?.retryCount ?? 0) > 0) this.#tests.push(test);
  }

  onTestRunEnd(): void {
    const count = this.#tests.length;
    if (count === 0) return;
    console.log(`Second tries: ${count}, of ${BUDGET} that a run may have`);
    for (const test of this.#tests) console.log(`  ${nameOf(test)}\n    ${firstError(test)}`);
    if (count <= BUDGET) return;
    console.error(`The run failed: ${count} tests needed a second try, and ${BUDGET} may.`);
    process.exitCode = 1;
  }
}

function nameOf(test: TestCase): string {
  return `${test.module.relativeModuleId} > ${test.fullName}`;
}

/** What failed the first try. The errors of all tries are kept, also of a test that passed in the end. */
function firstError(test: TestCase): string {
  const [error] = test.result().errors ?? [];
  const { message = 'no error was kept', diff = '' } = error ?? {};
  const lines = [message, ...(diff === '' ? [] : [diff])].join('\n').split('\n');
  return lines.slice(0, MAX_LINES).join('\n    ');
}
