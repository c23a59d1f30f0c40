import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { run } from '../../support/process.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Runs as many tests that pass with their second try, with the settings of all tests. */
async function runFlaky(count: number, CI: string) {
  const config = 'test/unit/support/flaky/vitest.config.ts';
  const vitest = run(
    process.execPath,
    [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--config', config],
    { cwd: root, env: { CI, FLAKY: String(count), NO_COLOR: '1' } },
  );
  return { status: await vitest.exited, stdout: vitest.stdout(), stderr: vitest.stderr() };
}

function listed(count: number): string {
  const tests = Array.from(
    { length: count },
    (_, i) =>
      `  test/unit/support/flaky/tests.ts > number ${i + 1} passes when it is tried again\n` +
      `    the first try of number ${i + 1}`,
  );
  return tests.join('\n');
}

it.each([
  [3, 0],
  [4, 1],
])('of %i second tries in CI each is listed, and the exit status is %i', async (count, status) => {
  const ended = await runFlaky(count, '1');
  expect(ended.stdout).toContain(
    `Second tries: ${count}, of 3 that a run may have\n${listed(count)}`,
  );
  expect(ended.stdout).toContain(`Tests  ${count + 1} passed`);
  const reason = `The run failed: ${count} tests needed a second try, and 3 may.`;
  expect(ended.stderr.includes(reason)).toBe(status === 1);
  expect(ended.status).toBe(status);
});

it('where nothing needs a second try, nothing is said of it', async () => {
  const ended = await runFlaky(0, '1');
  expect(ended.status).toBe(0);
  expect(ended.stdout + ended.stderr).not.toMatch(/second tr/i);
});

it('on the desk of a developer there is no second try', async () => {
  const ended = await runFlaky(1, '');
  expect([ended.status, ended.stdout.includes('1 failed')]).toEqual([1, true]);
});
