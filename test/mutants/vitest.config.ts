import { defineConfig } from 'vitest/config';

/**
 * Globs of the tests to run, separated by commas. A mutant of a module-level constant is tried with every test, so
 * that the tests of one folder take minutes where all tests take hours.
 */
const { MUTANTS_TESTS = 'test/unit/**/*.test.ts' } = process.env;

/** Tests of the code. Each runs once for each mutant that it covers, so tests of pages and of the checkout stay out. */
export default defineConfig({
  test: {
    include: [...MUTANTS_TESTS.split(','), 'test/mutants/loads.ts'],
    exclude: [
      'test/unit/bench/**',
      'test/unit/support/**',
      'test/unit/**/docs.test.ts',
      'test/unit/readme.test.ts',
      'test/unit/root.test.ts',
      'test/unit/mutants.test.ts',
      'test/unit/architecture.test.ts',
      'test/unit/contributing.test.ts',
    ],
    testTimeout: 10_000,
  },
});
