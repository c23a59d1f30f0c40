import { defineConfig } from 'vitest/config';
import shared from '../vitest.config.ts';

/** The whole suite, on `gateway.fetch` behind three servers. */
export default defineConfig({
  ...shared,
  test: { ...shared.test, include: ['test/fetch/{node,bun,deno}.ts'] },
});
