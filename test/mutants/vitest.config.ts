import { defineConfig } from 'vitest/config';

/** Tests that need no process of their own: each runs once for each mutant that it covers. */
export default defineConfig({
  test: {
    include: ['test/unit/**/*.test.ts'],
    exclude: ['test/unit/bench/**', 'test/unit/readme.test.ts', 'test/unit/architecture.test.ts'],
    testTimeout: 10_000,
  },
});
