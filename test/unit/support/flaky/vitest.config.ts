import { defineConfig } from 'vitest/config';
import shared from '../../../vitest.config.ts';

/** The settings of all tests, for the tests in this folder, which no other run takes in. */
export default defineConfig({
  ...shared,
  test: { ...shared.test, include: ['test/unit/support/flaky/tests.ts'] },
});
