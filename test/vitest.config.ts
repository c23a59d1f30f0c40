import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: ['test/**/*.test.ts'],
    // Starting a runtime takes seconds on a busy machine; what is awaited is awaited by condition.
    testTimeout: 30_000,
    hookTimeout: 90_000,
    // Most of their time they wait: for a deadline, a period, a runtime to start.
    maxWorkers: 3,
    // Four runtimes share a small machine there; what needed a second try is marked in the report.
    retry: process.env['CI'] ? 1 : 0,
  },
});
