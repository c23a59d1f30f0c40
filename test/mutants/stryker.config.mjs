import { fileURLToPath } from 'node:url';
import { FILES } from './files.mjs';

const here = (/** @type {string} */ name) => fileURLToPath(new URL(name, import.meta.url));

export default {
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  // Not what is related alone: that does not see what `loads.ts` imports.
  vitest: { configFile: 'test/mutants/vitest.config.ts', related: false },
  mutate: Object.values(FILES).flat(),
  reporters: ['json', 'progress-append-only'],
  jsonReporter: { fileName: here('report.json') },
  concurrency: 2,
  ignorePatterns: ['bench', 'dist', 'test/runtimes', 'test/mutants/node_modules', '.wrangler'],
  cleanTempDir: 'always',
  // Mutants are not type-checked: the compiler of this project has no interface for that yet, and
  // most that would not compile fail a test anyway.
  disableTypeChecks: true,
  tsconfigFile: 'none',
  allowEmpty: true,
};
