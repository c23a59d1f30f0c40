import { defineConfig } from 'vitest/config';

/**
 * Globs of the tests to run, between commas. A mutant of a constant that a module makes when it is loaded
 * is tried on every test, so that those of one folder take minutes where all take hours.
 */
const { MUTANTS_TESTS = 'test/unit/**/*.test.ts' } = process.env;

/** Tests that need no process of their own: each runs once for each mutant that it covers. */
export default defineConfig({
  test: {
    include: [...MUTANTS_TESTS.split(','), 'test/mutants/loads.ts'],
    exclude: [
      'test/unit/bench/**',
      'test/unit/support/**',
      'test/unit/readme.test.ts',
      'test/unit/architecture.test.ts',
      'test/unit/contributing.test.ts',
    ],
    testTimeout: 10_000,
  },
});
