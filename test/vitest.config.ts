import { defineConfig } from 'vitest/config';
import { LongestFirst } from './support/longest-first.ts';
import { SecondTries } from './support/second-tries.ts';

const src = new URL('../src/', import.meta.url).pathname;

export default defineConfig({
  // The sources, as the build may be older.
  resolve: {
    alias: {
      '#compare-pool': `${src}compare/pool/thread-pool.ts`,
      '#logger': `${src}telemetry/logger/logtape.ts`,
      '#observe': `${src}runtime/observe/relay.ts`,
    },
  },
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: ['test/**/*.test.ts'],
    // Starting a runtime takes seconds on a busy machine. Tests wait for conditions, not for times.
    testTimeout: 30_000,
    hookTimeout: 90_000,
    // Tests spend most of their time waiting: for a timeout, an interval, a runtime to start.
    maxWorkers: 4,
    sequence: { sequencer: LongestFirst },
    // Four runtimes share a small machine there. Second tries are listed, and few are allowed.
    retry: process.env['CI'] ? 1 : 0,
    reporters: ['default', new SecondTries()],
  },
});
