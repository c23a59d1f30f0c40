import { fileURLToPath } from 'node:url';
import { FILES } from './files.mjs';

const here = (/** @type {string} */ name) => fileURLToPath(new URL(name, import.meta.url));

export default {
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  // Not only related tests: the tester does not see what `loads.ts` imports.
  vitest: { configFile: 'test/mutants/vitest.config.ts', related: false },
  mutate: Object.values(FILES).flat(),
  reporters: ['json', 'progress-append-only'],
  jsonReporter: { fileName: here('report.json') },
  concurrency: 2,
  // What is built is copied as well: some tests start it. It holds no mutants.
  ignorePatterns: ['bench', 'test/runtimes/node_modules', 'test/mutants/node_modules', '.wrangler'],
  cleanTempDir: 'always',
  // Mutants are not type-checked: this project's compiler has no API for it yet, and most mutants that would not
  // compile fail a test anyway.
  disableTypeChecks: true,
  tsconfigFile: 'none',
  allowEmpty: true,
};
